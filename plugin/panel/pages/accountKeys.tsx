import type { AccountSettings, SettingsView } from '../api';
import { ConnectPin } from '../connect';
import { ConnectOAuth2 } from '../connectOAuth2';
import { CopyField } from '../copyField';
import { aboutOf, Choice, SecretField, TextField } from '../fields';
import { texts } from '../texts';

const { account: words } = texts;
const about = aboutOf(words.fields);

/** A part of an account's form. */
export interface Part {
  account: AccountSettings;
  /** @param without what is to be no longer set at all */
  set: (changes: Partial<AccountSettings>, without?: (keyof AccountSettings)[]) => void;
}

/** The OAuth 2.0 client of the app, and connecting with it once it is saved. */
export function OAuth2Client({
  account,
  set,
  known,
  view,
  secretIsSet,
}: Part & {
  known: AccountSettings | undefined;
  view: SettingsView;
  secretIsSet: (key: string) => boolean;
}) {
  const { oauth2 } = account;
  const isSaved = known !== undefined && known.oauth2.clientId !== '';
  return (
    <fieldset>
      <legend>{words.groups.oauth2}</legend>
      <p>{texts.connect.oauth2.words}</p>
      <TextField
        {...about('oauth2.clientId')}
        value={oauth2.clientId}
        autocomplete="off"
        onChange={(clientId) => set({ oauth2: { ...oauth2, clientId: clientId.trim() } })}
      />
      <SecretField
        {...about('oauth2.clientSecret')}
        isSet={secretIsSet('oauth2.clientSecret')}
        value={oauth2.clientSecret}
        onChange={(clientSecret) => {
          // Absent means as before.
          const { clientId } = oauth2;
          set({ oauth2: clientSecret === undefined ? { clientId } : { clientId, clientSecret } });
        }}
      />
      {isSaved ? (
        <ConnectOAuth2 account={account.name} />
      ) : (
        <>
          <CopyField label={texts.connect.oauth2.callbackUrl} value={callbackUrlOf(view)} />
          <p>{texts.connect.oauth2.saveFirst}</p>
        </>
      )}
    </fieldset>
  );
}

/** Before the account is saved, for the app's settings at X, which ask for it before they show the Client ID. */
function callbackUrlOf({ settings, port }: SettingsView): string {
  const { baseUrl } = settings.host;
  const path = '/api/oauth2/callback';
  return URL.canParse(baseUrl)
    ? `${new URL(baseUrl).origin}/api/plugins/webhook?port=${port}&encoding=binary&path=${path}`
    : `http://127.0.0.1:${port}${path}`;
}

const secrets = ['consumerKey', 'consumerSecret', 'accessToken', 'accessTokenSecret'] as const;

const isToken = (key: string) => key.startsWith('accessToken');

/** The keys of OAuth 1.0a. */
export function Keys({ account, set, secretIsSet }: Part & { secretIsSet: (key: string) => boolean }) {
  return (
    <fieldset>
      <legend>{words.groups.keys}</legend>
      {secrets.map((key) => (
        <SecretField
          key={key}
          {...about(key)}
          isSet={secretIsSet(key) || (isToken(key) && account.connection !== undefined)}
          value={account[key]}
          // Absent means as before, and an emptied field must not send an empty secret; what is typed counts more than a PIN.
          onChange={(value) => set({ [key]: value }, isToken(key) ? ['connection'] : [])}
        />
      ))}
      <Choice
        {...about('signatureMethod')}
        value={account.signatureMethod}
        options={{ 'HMAC-SHA1': 'HMAC-SHA1', 'HMAC-SHA256': 'HMAC-SHA256' }}
        onChange={(signatureMethod) => set({ signatureMethod })}
      />
      <h3>{words.groups.connect}</h3>
      <ConnectPin
        account={account}
        onConnected={(connection) => set({ connection }, ['accessToken', 'accessTokenSecret'])}
      />
    </fieldset>
  );
}
