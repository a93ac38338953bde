/** What the panel says of signing in with OAuth 2.0. */
export const oauth2 = {
  heading: 'Sign in with OAuth 2.0',
  words:
    'X asks for this for Direct Messages and mentions that it pushes, and for encrypted chat. In the X developer portal open your app, User authentication settings: choose “Web App, Automated App or Bot”, give it “Read and write and Direct message”, and enter the callback address below. X then shows the Client ID and the Client Secret: enter them here and save.',
  callbackUrl: 'Callback address: copy it to X exactly as it is',
  callbackHint: 'X developer portal → your app → User authentication settings → Callback URI.',
  states: {
    connected: 'This account is connected.',
    'not-connected': 'This account is not connected yet.',
    ended: 'The sign-in with X has ended: connect again.',
    locked: 'The saved sign-in cannot be read: start the plugin with the right DATA_KEY, or connect again.',
  },
  missing: (scopes: string) =>
    `These rights were not granted: ${scopes}. Allow them for the app in the X developer portal, then connect again.`,
  start: 'Connect with X',
  again: 'Connect again',
  disconnect: 'Disconnect',
  disconnectAsk: (account: string) =>
    `Disconnect "${account}" from OAuth 2.0? Whatever needs OAuth 2.0 will wait until somebody connects again.`,
  disconnected: 'Disconnected, at X as well.',
  disconnectedHere:
    'Disconnected here, but X could not be told. On x.com, under Settings, Connected apps, take the access away.',
  open: 'Open X and allow the app',
  waiting:
    'Sign in on X as the account customers write to, and allow the app. This page updates by itself when you are done.',
  byHand: 'Nothing happens here?',
  byHandHint:
    'Where X cannot send the browser back to this plugin, copy the whole address that the browser ended at and enter it here. X gives 30 seconds for that; after that, start again. If X shows an error instead of asking you, the callback address at X differs from the one above, or the app is not a “Web App”.',
  address: 'The address now in your browser’s address bar',
  startAgain: 'Start again',
  finish: 'Connect with this address',
  done: (handle: string) => `Connected as @${handle}. If customers do not write to @${handle}, disconnect.`,
  saveFirst:
    'Enter the Client ID and the Client Secret, and save. Then a button “Connect with X” appears here.',
};
