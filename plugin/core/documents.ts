/** Documents that were encrypted with another `DATA_KEY`. */
export class OtherDataKey extends Error {}

/** Texts that all processes share: settings, passwords, keys. All reject with BridgeError `store-unavailable`. */
export interface Documents {
  /**
   * Those that were changed after a version, in that order; those of version `'0'` are all there are.
   * @throws OtherDataKey
   */
  since(version: string): Promise<{ documents: { name: string; content: string }[]; version: string }>;
  /** @returns an empty text where there is none @throws OtherDataKey */
  get(name: string): Promise<string>;
  put(name: string, content: string): Promise<void>;
  /** Writes nothing where another process leads by now. */
  putAsLeader(name: string, content: string): Promise<void>;
  /** While other processes wait that do so too. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T>;
}
