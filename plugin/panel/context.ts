import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Answer, Input, Method } from './api';
import { isSignedOut, type Client } from './client';
import { useNewsCount } from './live';

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

/** What a call answers, asked again when `key` changes, and every `interval` milliseconds where one is given. */
export function useAnswer<M extends Method>(method: M, input: Input<M>, interval?: number) {
  const { client, onSignedOut } = usePanel();
  const [answer, setAnswer] = useState<Answer<M>>();
  const [fault, setFault] = useState<string>();
  const [asked, setAsked] = useState(0);
  const count = useNewsCount();
  const news = interval === undefined ? 0 : count;
  const key = JSON.stringify(input);
  useEffect(() => {
    let gone = false;
    const ask = async () => {
      try {
        const fresh = await client.call(method, input);
        if (gone) return;
        setAnswer(fresh);
        setFault(undefined);
      } catch (error) {
        if (gone) return;
        if (isSignedOut(error)) onSignedOut();
        else setFault(error instanceof Error ? error.message : String(error));
      }
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askOn = async () => {
      await ask();
      // Counted from the answer, so that slow ones do not pile up.
      if (interval !== undefined && !gone) timer = setTimeout(() => void askOn(), interval);
    };
    void askOn();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
    // `key` stands for `input`, whose object is new each time.
  }, [client, method, key, interval, news, asked]);
  return { answer, fault, refresh: () => setAsked((times) => times + 1) };
}
