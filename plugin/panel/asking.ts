import { useEffect, useRef, useState } from 'preact/hooks';
import { isSignedOut } from './client';
import { useNewsCount } from './live';

interface Asking<T> {
  ask: () => Promise<T>;
  onAnswer: (answer: T) => void;
  onSignedOut: () => void;
  /** How long after an answer it asks again, in milliseconds; undefined: once, and not with each piece of news either. */
  interval: number | undefined;
  /** It begins anew when one of these changes. */
  about: unknown[];
}

/** Asks the plugin, and again in time: one question after the other, so that slow answers neither pile up nor are thrown away. */
export function useAsking<T>({ ask, onAnswer, onSignedOut, interval, about }: Asking<T>) {
  const [fault, setFault] = useState<string>();
  const again = useRef(() => {});
  const count = useNewsCount();
  const news = interval === undefined ? 0 : count;
  useEffect(() => again.current(), [news]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    let isAsking = false;
    let isStale = false;
    const go = async () => {
      isStale = isAsking;
      if (isAsking) return;
      isAsking = true;
      clearTimeout(timer);
      try {
        const answer = await ask();
        if (gone) return;
        onAnswer(answer);
        setFault(undefined);
      } catch (error) {
        if (gone) return;
        if (isSignedOut(error)) onSignedOut();
        else setFault(error instanceof Error ? error.message : String(error));
      }
      isAsking = false;
      const wait = isStale ? 0 : interval;
      if (wait !== undefined) timer = setTimeout(() => void go(), wait);
    };
    again.current = () => void go();
    void go();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [...about, interval]);
  return { fault, refresh: () => again.current() };
}
