import { useEffect } from 'preact/hooks';
import { texts } from './texts';

/** Whether the page shown holds what nobody has saved. */
let isUnsaved = false;

/** Asks before a form is left that holds what nobody has saved. @param unsaved whether it does */
export function useLeaving(unsaved: boolean): void {
  useEffect(() => {
    isUnsaved = unsaved;
    const ask = (event: BeforeUnloadEvent) => {
      if (unsaved) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => {
      isUnsaved = false;
      window.removeEventListener('beforeunload', ask);
    };
  }, [unsaved]);
}

/** Whether another page may be shown. */
export function mayLeave(): boolean {
  return !isUnsaved || window.confirm(texts.leave);
}
