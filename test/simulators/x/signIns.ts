import type { Request } from 'express';
import { securityOf } from './openapi';

/**
 * How strictly sign-ins are held: as X's documents say, which want OAuth 2.0 where private events and encrypted chat are
 * concerned, or as its OpenAPI document says.
 */
export type SignInRules = 'documents' | 'openapi';

export type Kind = 'UserToken' | 'OAuth2UserToken' | 'BearerToken';

const inWords: Record<Kind, string> = {
  UserToken: 'OAuth 1.0a User Context',
  OAuth2UserToken: 'OAuth 2.0 User Context',
  BearerToken: 'OAuth 2.0 Application-Only',
};

/** Anybody may hear of these; for the others the user has to have granted it (X docs: event privacy). */
export const isPublicEvent = (eventType: string) => /^(?:post\.(?:create|delete)|profile\.)/.test(eventType);

/** What a subscription to private events needs to have been granted. */
const scopeOf = (eventType: string) => (/^(?:dm|chat)\./.test(eventType) ? 'dm.read' : 'tweet.read');

/**
 * Whether X takes a sign-in for a call.
 * @returns why not, in X's words
 */
export function refuseSignIn(
  rules: SignInRules,
  path: string,
  request: Request,
  signedIn: { kind: Kind; scopes: string[] },
): { type: string; title: string; detail: string } | undefined {
  const { kind, scopes } = signedIn;
  const security = securityOf(path, request.method);
  const eventType =
    path === '/2/activity/subscriptions' && request.method === 'POST'
      ? String((request.body as { event_type?: string }).event_type)
      : undefined;
  const isPrivate = eventType !== undefined && !isPublicEvent(eventType);
  const needsOAuth2 = rules === 'documents' && (isPrivate || /^\/2\/chat\/|\/public_keys$/.test(path));
  const taken = (Object.keys(security) as Kind[]).filter(
    (each) => !(needsOAuth2 && each === 'UserToken') && !(isPrivate && each === 'BearerToken'),
  );
  if (!taken.includes(kind))
    return {
      type: 'https://api.twitter.com/2/problems/unsupported-authentication',
      title: 'Unsupported Authentication',
      detail: `Authenticating with ${inWords[kind]} is forbidden for this endpoint.  Supported authentication types are [${taken.map((each) => inWords[each]).join(', ')}].`,
    };
  if (kind !== 'OAuth2UserToken') return undefined;
  const wanted = [...(security[kind] ?? []), ...(isPrivate ? [scopeOf(eventType)] : [])];
  const missing = wanted.filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) return undefined;
  return {
    type: 'https://api.twitter.com/2/problems/client-forbidden',
    title: 'Client Forbidden',
    detail: `The access token lacks the required scopes: ${missing.join(', ')}.`,
  };
}
