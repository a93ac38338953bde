import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { isSignedOut, type Client } from './client';

/** News follow each other no faster than this, and a failed call is not repeated before. Milliseconds. */
const pauseMs = 1_000;
const pauseAfterFaultMs = 10_000;

/** The number of changes the plugin has told; undefined while it tells none, so that pages ask by themselves. */
const Live = createContext<number | undefined>(undefined);
export const LiveProvider = Live.Provider;

/**
 * Waits for the plugin to say that something has changed: by a call that is answered then, since a proxy may hold back a stream of
 * events.
 */
export function useNews(client: Client, onSignedOut: () => void): number | undefined {
  const [count, setCount] = useState<number>();
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = async (since: number | undefined) => {
      let latest: number | undefined;
      await shown();
      try {
        latest = (await client.call('changes', since === undefined ? {} : { since })).count;
      } catch (error) {
        if (!gone && isSignedOut(error)) onSignedOut();
      }
      if (gone) return;
      setCount(latest);
      timer = setTimeout(() => void listen(latest), latest === undefined ? pauseAfterFaultMs : pauseMs);
    };
    void listen(undefined);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [client]);
  return count;
}

/** A tab that nobody sees keeps no call waiting: browsers allow a few at a time, for all tabs together. */
function shown(): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState !== 'visible') return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    look();
  });
}

/** Changes with each piece of news: a page asks again then, beside what it asks by itself, since not all is news. */
export function useNewsCount(): number {
  return useContext(Live) ?? 0;
}
