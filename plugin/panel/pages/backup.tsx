import { useState } from 'preact/hooks';
import type { Change, Import } from '../api';
import { usePanel } from '../context';
import { Button, Outcome, PasswordField, useDoing } from '../fields';
import { FileField, saveFile } from '../files';
import { texts } from '../texts';
import { PageTitle } from '../pageTitle';

const { backup: words } = texts;

/** All settings as a file, and back. */
export function Backup() {
  return (
    <>
      <PageTitle text={texts.pages.backup} />
      <Export />
      <ImportPart />
    </>
  );
}

function Export() {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [password, setPassword] = useState('');
  const download = (whole: boolean) =>
    void run(async () => {
      saveFile(await client.call('exportSettings', whole ? { password } : {}));
      return undefined;
    });
  return (
    <fieldset>
      <legend>{words.export}</legend>
      <p>{words.exportWords}</p>
      <PasswordField of="new" label={words.password} value={password} onChange={setPassword} />
      <p class="actions">
        <Button text={words.download} off={busy || password === ''} onClick={() => download(true)} />
        <Button quiet text={words.downloadPlain} off={busy} onClick={() => download(false)} />
      </p>
      <Outcome outcome={outcome} />
    </fieldset>
  );
}

function ImportPart() {
  const { client, onSignedOut } = usePanel();
  const { outcome, busy, run } = useDoing(onSignedOut);
  const [content, setContent] = useState<string>();
  const [password, setPassword] = useState('');
  const [changes, setChanges] = useState<Change[]>();
  const input = (text: string): Import => ({ content: text, ...(password === '' ? {} : { password }) });
  const preview = (text: string) =>
    void run(async () => {
      setChanges(undefined);
      const found = (await client.call('previewImport', input(text))).changes;
      setChanges(found);
      return found.length === 0 ? words.nothing : undefined;
    });
  const apply = (text: string) =>
    void run(async () => {
      await client.call('importSettings', input(text));
      setChanges(undefined);
      return words.done;
    });
  return (
    <fieldset>
      <legend>{words.import}</legend>
      <FileField label={words.file} onText={setContent} />
      <PasswordField label={words.importPassword} value={password} onChange={setPassword} />
      <Button
        text={words.preview}
        off={busy || content === undefined}
        onClick={() => content !== undefined && preview(content)}
      />
      <Outcome outcome={outcome} />
      {changes && changes.length > 0 && content !== undefined ? (
        <>
          <ul>
            {summaryOf(changes).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <details>
            <summary>{words.details}</summary>
            <Changes changes={changes} />
          </details>
          <Button text={words.apply} off={busy} onClick={() => apply(content)} />
        </>
      ) : null}
    </fieldset>
  );
}

/** What an import does, in sentences. */
function summaryOf(changes: Change[]): string[] {
  const { summary } = words;
  const accountOf = ({ path }: Change) => /^accounts\.([^.]+)\./.exec(path)?.[1];
  const names = [...new Set(changes.map(accountOf))].filter((each) => each !== undefined);
  const named = (isMeant: (own: Change[]) => boolean) =>
    names.filter((name) => isMeant(changes.filter((each) => accountOf(each) === name))).join(', ');
  const isAdded = (own: Change[]) => own.every(({ from }) => from === '');
  const isRemoved = (own: Change[]) => own.every(({ to }) => to === '');
  const added = named(isAdded);
  const removed = named((own) => !isAdded(own) && isRemoved(own));
  const changed = named((own) => !isAdded(own) && !isRemoved(own));
  const others = changes.filter((each) => accountOf(each) === undefined).length;
  return [
    ...(added === '' ? [] : [summary.added(added)]),
    ...(removed === '' ? [] : [summary.removed(removed)]),
    ...(changed === '' ? [] : [summary.changed(changed)]),
    ...(others === 0 ? [] : [summary.other(others)]),
  ];
}

function Changes({ changes }: { changes: Change[] }) {
  const { columns } = words;
  return (
    <table class="changes">
      <thead>
        <tr>
          <th scope="col">{columns.path}</th>
          <th scope="col">{columns.from}</th>
          <th scope="col">{columns.to}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ path, from, to }) => (
          <tr key={path}>
            <td data-label={columns.path}>
              <code>{path}</code>
            </td>
            <td data-label={columns.from}>{from}</td>
            <td data-label={columns.to}>{to}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
