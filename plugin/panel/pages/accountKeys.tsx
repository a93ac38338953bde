import type { AccountSettings } from '../api';
import { ConnectPin } from '../connect';
import { ConnectOAuth2 } from '../connectOAuth2';
import { CopyField } from '../copyField';
import { SettingsGroup, type Editing } from '../settingsGroup';
import { texts } from '../texts';
import { withValueAt } from '../valueAt';

/** An account while somebody changes it. */
export interface AccountEditing extends Editing {
  values: AccountSettings;
  setAll: (change: (before: AccountSettings) => AccountSettings) => void;
}

/** The OAuth 2.0 client of the app, and connecting with it once it is saved. */
export function OAuth2Client({
  editing,
  known,
}: {
  editing: AccountEditing;
  known: AccountSettings | undefined;
}) {
  const isSaved = known !== undefined && known.oauth2.clientId !== '';
  return (
    <SettingsGroup id="oauth2" editing={editing} above={<p>{texts.connect.oauth2.words}</p>}>
      {isSaved ? (
        <ConnectOAuth2 account={editing.values.name} />
      ) : (
        <>
          <CopyField label={texts.connect.oauth2.callbackUrl} value={editing.view.oauth2CallbackUrl} />
          <p>{texts.connect.oauth2.saveFirst}</p>
        </>
      )}
    </SettingsGroup>
  );
}

const tokens = ['accessToken', 'accessTokenSecret'];

/** The keys of OAuth 1.0a. A token that is typed counts more than one that a PIN brought, and the other way round. */
export function Keys({ editing }: { editing: AccountEditing }) {
  const { values, set, setAll, view, within } = editing;
  const isConnected = values.connection !== undefined;
  const secretsSet = isConnected
    ? [...view.secretsSet, ...tokens.map((token) => `${within}${token}`)]
    : view.secretsSet;
  const withConnection = (connection: string) => (before: AccountSettings) => ({
    ...tokens.reduce((rest, path) => withValueAt(rest, path, undefined), before),
    connection,
  });
  return (
    <SettingsGroup
      id="keys"
      editing={{
        ...editing,
        view: { ...view, secretsSet },
        set: (path, value) => {
          set(path, value);
          if (tokens.includes(path)) set('connection', undefined);
        },
      }}
    >
      <h3>{texts.connect.heading}</h3>
      <ConnectPin account={values} onConnected={(connection) => setAll(withConnection(connection))} />
    </SettingsGroup>
  );
}
