/** What a contact center was promised: what customers wrote, and what agents were told to have sent. */
export class Promises {
  readonly in = new Set<string>();
  readonly out = new Set<string>();
  /** What X got a 200 for at once, in the order it was written. */
  readonly acknowledged = new Set<string>();

  /** Whether all of it is there. */
  isKept(atHost: string[], atX: string[]): boolean {
    const [host, x] = [new Set(atHost), new Set(atX)];
    return [...this.in].every((text) => host.has(text)) && [...this.out].every((text) => x.has(text));
  }

  /** @param marks what the messages of each customer begin with, before a number that grows */
  broken(atHost: string[], atX: string[], marks: string[]): typeof nothingBroken {
    return {
      lostMessages: [...this.in].filter((text) => !atHost.includes(text)),
      doubledMessages: doubled(atHost),
      lostReplies: [...this.out].filter((text) => !atX.includes(text)),
      doubledReplies: doubled(atX),
      outOfOrder: marks.filter((mark) => {
        // What was not acknowledged is found later, by reading back, and may come after what was.
        const numbers = atHost
          .filter((text) => this.acknowledged.has(text) && text.startsWith(`${mark} `))
          .map((text) => Number(text.slice(mark.length)));
        return numbers.some((number, place) => place > 0 && number < numbers[place - 1]!);
      }),
    };
  }
}

export const nothingBroken = {
  lostMessages: [] as string[],
  doubledMessages: [] as string[],
  lostReplies: [] as string[],
  doubledReplies: [] as string[],
  outOfOrder: [] as string[],
};

const doubled = (texts: string[]) => [
  ...new Set(texts.filter((text, index) => texts.indexOf(text) !== index)),
];
