import { createContext } from 'preact';
import { useContext, useState } from 'preact/hooks';
import type { Answer, Input, Method } from './api';
import { useAsking } from './asking';
import type { Client } from './client';

export interface PanelContext {
  client: Client;
  /** The session has ended: the password is asked for again. */
  onSignedOut: () => void;
}

export const Panel = createContext<PanelContext | undefined>(undefined);

export function usePanel(): PanelContext {
  const panel = useContext(Panel);
  if (!panel) throw new Error('there is no panel around this');
  return panel;
}

/** What a call answers, asked again when `input` changes, and every `interval` milliseconds and with news where one is given. */
export function useAnswer<M extends Method>(method: M, input: Input<M>, interval?: number) {
  const { client, onSignedOut } = usePanel();
  const [answer, setAnswer] = useState<Answer<M>>();
  const asking = useAsking({
    ask: () => client.call(method, input),
    onAnswer: setAnswer,
    onSignedOut,
    interval,
    // The object is a new one each time.
    about: [client, method, JSON.stringify(input)],
  });
  return { answer, ...asking };
}
