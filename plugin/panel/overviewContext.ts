import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Overview } from './api';

/** How everything stands, asked for once for whatever page is shown. */
export interface SharedOverview {
  answer: Overview | undefined;
  fault: string | undefined;
  refresh: () => void;
}

export const OverviewContext = createContext<SharedOverview>({
  answer: undefined,
  fault: undefined,
  refresh: () => undefined,
});

export function useOverview(): SharedOverview {
  return useContext(OverviewContext);
}
