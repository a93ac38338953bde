import { readdirSync, readFileSync } from 'node:fs';

const lookEvery = 1_000;
/** So few are taken up by a few calls at a time. */
const tooFew = 10;
/** Until it has been over for so many looks, it goes on. */
const looksToBeOver = 3;
/** While it lasts, it is told so often, in looks. */
const tellEvery = 30;

/**
 * Notices when this process can hardly open any more files: the system then closes each new connection without a word to the
 * process, so that nothing else shows that somebody called in vain.
 */
export class DescriptorWatch {
  private looks = 0;
  /** Looks in a row that found enough, since the last that did not. */
  private wellFor = looksToBeOver;

  /**
   * @param left how many files can be opened yet
   * @param onShort hears when it begins, now and then while it lasts, and when it is over
   */
  constructor(
    private readonly left: () => number,
    private readonly onShort: (moment: 'begins' | 'lasts' | 'is over') => void,
  ) {}

  look(): void {
    const wasShort = this.wellFor < looksToBeOver;
    this.wellFor = this.left() <= tooFew ? 0 : this.wellFor + 1;
    if (this.wellFor >= looksToBeOver) {
      if (wasShort) this.onShort('is over');
      return;
    }
    this.looks = wasShort ? this.looks + 1 : 0;
    if (this.looks % tellEvery === 0) this.onShort(wasShort ? 'lasts' : 'begins');
  }
}

/** Watches the process's own file descriptors, where the system shows them (proc(5)). @returns stops it */
export function watchDescriptors(onShort: (moment: 'begins' | 'lasts' | 'is over') => void): () => void {
  const watch = new DescriptorWatch(descriptorsLeft, onShort);
  const timer = setInterval(() => watch.look(), lookEvery);
  timer.unref();
  return () => clearInterval(timer);
}

function descriptorsLeft(): number {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? Infinity : Number(limit) - readdirSync('/proc/self/fd').length;
  } catch (error) {
    const isShort = error instanceof Error && 'code' in error && /^E[MN]FILE$/.test(String(error.code));
    return isShort ? 0 : Infinity;
  }
}
