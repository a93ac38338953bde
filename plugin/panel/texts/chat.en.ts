/** The texts of the page for encrypted chat. */
export const chat = {
  heading: (name: string) => `Encrypted chat of "${name}"`,
  words:
    'Customers of X Chat write end-to-end encrypted. To read and answer them, the plugin needs the private keys of this X account.',
  states: {
    off: 'Switched off for this account.',
    starting: 'Starting.',
    'no-keys': 'No keys yet: encrypted messages cannot be read, and agents are told of each.',
    locked: 'The keys cannot be used.',
    stale: 'X has newer keys than the ones here.',
    ok: 'Encrypted messages are read and answered.',
  },
  facts: {
    fingerprint: 'Fingerprint',
    version: 'Version',
    origin: 'Origin',
    savedAt: 'Saved',
    disk: 'On the disk',
    lastMessage: 'Last encrypted message',
    onX: 'On X',
  },
  origins: { created: 'created here', recovered: 'recovered with the PIN', imported: 'imported' },
  encrypted: 'encrypted with DATA_KEY',
  plain: 'readable for the plugin’s own user only (set DATA_KEY to have it encrypted)',
  never: 'none yet',
  onX: (versions: number, backup: boolean) =>
    `${versions === 0 ? 'no keys' : versions === 1 ? 'one version of keys' : `${versions} versions of keys`}, ${backup ? 'a backup behind a PIN' : 'no backup behind a PIN'}`,
  recover: {
    heading: 'Recover the keys with the PIN',
    words:
      'For an account somebody already uses in X’s app. Enter the PIN chosen there for encrypted chat. Each wrong PIN uses up one of 20 guesses, and after the last one X destroys the backup for good. The PIN is tried once and not kept.',
    pin: 'PIN of encrypted chat',
    ask: 'Try this PIN? A wrong one uses up one of the guesses X allows.',
    go: 'Recover',
    done: 'The keys were recovered.',
  },
  create: {
    heading: 'Create new keys',
    words:
      'For an account without keys. They are registered with X and kept here: whoever loses them can never read past messages again, so export them afterwards.',
    replaceWords:
      'X has keys for this account already. New ones cut off every device that uses those: the X app will read no new messages, and nobody can undo this. Recover or import the existing keys instead, if you can.',
    replace: 'I understand that other devices of this account are cut off for good',
    ask: 'Create and register new keys?',
    askReplace: 'Really put new keys in the place of those X has? Other devices are cut off for good.',
    go: 'Create and register',
    done: 'The keys were created and registered. Export them now, and keep the file safe.',
  },
  import: {
    heading: 'Import keys',
    words:
      'A file that was exported here or on another machine. It takes the place of the keys that are here.',
    file: 'File of keys',
    password: 'Password of the file',
    ask: 'Import these keys? Those that are here now are gone then, unless they were exported.',
    go: 'Import',
    done: 'The keys were imported.',
  },
  export: {
    heading: 'Export the keys',
    words: 'Whoever has this file and its password can read and write as this account. Keep the two apart.',
    password: 'Password for the file (at least 10 characters)',
    go: 'Download',
  },
};
