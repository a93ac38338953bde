/** What the settings say of themselves, in another language than English. */
export interface SettingTexts {
  /** The parts of the forms. */
  groups: Record<string, { heading: string; text?: string }>;
  /** By path, such as `accounts.*.bot.url`. */
  settings: Record<string, { label: string; hint?: string; options?: Record<string, string> }>;
  /** What may be wrong with a value, by the English words. */
  faults: Record<string, string>;
}
