/** The texts of the page for encrypted chat. */
export const chat = {
  heading: (name: string) => `Encrypted chat of "${name}"`,
  words:
    'Customers of X Chat write end-to-end encrypted. To read them and reply, the plugin needs the private keys of this X account. Whoever has these keys can read its conversations. Disconnecting the app on x.com does not take them back: if they may have leaked, create new keys here.',
  unprotected:
    'Keys that are saved now would lie on this machine unencrypted. Set DATA_KEY in the plugin’s environment, and restart it, before you create, recover or import keys.',
  states: {
    off: 'Switched off for this account.',
    starting: 'Starting.',
    'no-keys': 'No keys yet: encrypted messages cannot be read, and agents are told of each.',
    locked: 'The keys cannot be used.',
    stale: 'X has newer keys than the ones here.',
    ok: 'Encrypted messages are read, and can be replied to.',
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
    `${versions === 0 ? 'no keys' : versions === 1 ? 'one version of keys' : `${versions} versions of keys`}, ${backup ? 'with a place for a backup behind a PIN' : 'without a place for a backup behind a PIN'}`,
  recover: {
    heading: 'Recover the keys with the PIN',
    words:
      'For an account somebody already uses in X’s app. Enter the PIN chosen there for encrypted chat. Each wrong PIN uses up one of the guesses X allows (20, as a rule), and after the last one X destroys the backup for good. The PIN is tried once and not kept.',
    pin: 'PIN of encrypted chat',
    nothing: 'X has no keys with a place for a backup for this account, so there is nothing to recover.',
    ask: 'Try this PIN? A wrong one uses up one of the guesses X allows.',
    go: 'Recover',
    done: 'The keys were recovered.',
  },
  create: {
    heading: 'Create new keys',
    words:
      'For an account without keys. They are registered with X and kept here: whoever loses them can never read past messages again, so export them afterwards. With a PIN, X keeps a backup too, and people who use the account in X’s app go on there: the app asks for this PIN.',
    pin: 'PIN for X’s app (optional; at least 4 digits)',
    pinAgain: 'The same PIN again',
    replaceWords:
      'X has keys for this account already. With new ones, devices that use those read no new messages until somebody enters the new PIN there; without a PIN they are cut off until one is set here. The keys that are here now are gone then, unless you export them first. Recover or import the existing keys instead, if you can.',
    replace: 'I understand that other devices of this account are cut off until they get the new PIN',
    ask: 'Create and register new keys?',
    askReplace: (hasPin: boolean) =>
      hasPin
        ? 'Replace the keys registered with X? Other devices need the new PIN.'
        : 'Replace the keys registered with X? Without a PIN, other devices are cut off.',
    go: 'Create and register',
    done: 'The keys were created and registered. Export them now, and keep the file safe.',
    withoutBackup: (trouble: string) =>
      `The keys were created and registered: export them now. But X keeps no backup of them. ${trouble} Try “Back up behind a PIN”.`,
  },
  backUp: {
    heading: 'Back up behind a PIN',
    words:
      'Puts the keys that are here into X’s own backup. X’s app can then take them up with the PIN. A backup of the same keys behind another PIN is replaced.',
    pin: 'New PIN (at least 4 digits)',
    pinAgain: 'The same PIN again',
    ask: 'Put the keys into X’s backup behind this PIN?',
    go: 'Back up',
    done: 'X keeps a backup of the keys behind this PIN.',
  },
  import: {
    heading: 'Import keys',
    words:
      'A file that was exported here or on another machine. It takes the place of the keys that are here.',
    file: 'Key file',
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
