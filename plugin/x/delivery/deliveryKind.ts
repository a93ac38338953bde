import type { Receiver, ReceiverPorts } from './receiver';

/** A way X can deliver to an account, and what it takes. */
export interface DeliveryKind {
  /** For the panel. */
  label: string;
  /**
   * `own`: X calls a webhook that the plugin registers; `relayed`: another service calls it; `none`: the plugin asks X.
   */
  webhook: 'own' | 'relayed' | 'none';
  /** Encrypted messages come this way; else they are read from X each minute. */
  pushesChat?: true;
  /** It belongs to the app, which signs in with its own keys whatever the user signs in with. */
  needsAppKeys?: true;
  /** X takes no OAuth 2.0 sign-in for it. */
  onlyOAuth1?: true;
  /** A setting of the account that it does not work without, and what to say where it is missing. */
  requires?: { setting: 'environment' | 'relaySecret'; words: string };
  create(ports: ReceiverPorts): Receiver;
}
