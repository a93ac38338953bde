import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { rememberedPort, rememberPort, throughHost } from './address';
import { Client } from './client';
import { Panel, useAnswer } from './context';
import { NumberField, Button, submit } from './fields';
import { mayLeave } from './leaving';
import { OverviewContext } from './overviewContext';
import { LanguageChoice } from './languageChoice';
import { LiveProvider, useNews } from './live';
import { PasswordPrompt } from './passwordPrompt';
import { AccountForm } from './pages/accountForm';
import { Accounts } from './pages/accounts';
import { Activity } from './pages/activity';
import { AutomationPage } from './pages/automation';
import { Backup } from './pages/backup';
import { ChatKeysPage } from './pages/chatKeys';
import { Check } from './pages/check';
import { Conversations } from './pages/conversations';
import { Log } from './pages/log';
import { Overview } from './pages/overview';
import { PrivacyPage } from './pages/privacy';
import { ReportPage } from './pages/report';
import { SettingsPage } from './pages/settings';
import { SetUp } from './pages/setUp';
import { SignIn } from './pages/signIn';
import { texts } from './texts';

const pages = [
  'overview',
  'conversations',
  'activity',
  'accounts',
  'check',
  'report',
  'settings',
  'log',
  'privacy',
  'backup',
] as const;
/** With the pages that belong to one account. */
const allPages = [...pages, 'setup', 'chat', 'automation'] as const;
type Page = (typeof allPages)[number];

/** The whole panel: finds the plugin, lets the admin in, and shows the page the address names. */
export function App() {
  const [client, setClient] = useState<Client | 'none'>();
  const [signedIn, setSignedIn] = useState(false);
  const [ended, setEnded] = useState(false);
  const use = (found: Client | undefined) => {
    setClient(found ?? 'none');
    setSignedIn(found?.isSignedIn ?? false);
  };
  const find = () => void Client.find(new URL(window.location.href)).then(use);
  useEffect(find, []);
  if (client === undefined) return <p class="loading">{texts.loading}</p>;
  if (client === 'none') return <Unreachable onFound={use} />;
  const onSignedIn = () => {
    setSignedIn(true);
    setEnded(false);
  };
  const onSignedOut = () => {
    setSignedIn(false);
    setEnded(true);
  };
  const signOut = () => {
    if (mayLeave()) void client.signOut().finally(find);
  };
  return (
    <>
      {signedIn ? null : <SignIn client={client} ended={ended} onSignedIn={onSignedIn} />}
      {/* What was filled in is still there after signing in again. */}
      {signedIn || ended ? (
        <div hidden={!signedIn}>
          <Panel.Provider value={{ client, onSignedOut }}>
            <Live client={client} onSignedOut={onSignedOut}>
              <Frame version={client.hello.version} onSignOut={signOut} />
            </Live>
            <PasswordPrompt client={client} />
          </Panel.Provider>
        </div>
      ) : null}
    </>
  );
}

interface LiveProps {
  client: Client;
  onSignedOut: () => void;
  children: ComponentChildren;
}

/** Has the pages inside ask again as soon as the plugin says that something has changed. */
function Live({ client, onSignedOut, children }: LiveProps) {
  return <LiveProvider value={useNews(client, onSignedOut)}>{children}</LiveProvider>;
}

/** How often the states of the accounts are asked for, in milliseconds. */
const overviewInterval = 5_000;

/** The address's part behind `#`: a page, and perhaps what it is about. */
function useRoute(): { page: Page; about: string | undefined } {
  const read = () => {
    const [page = '', about] = window.location.hash.slice(1).split('/');
    const known = allPages.find((each) => each === page) ?? 'overview';
    return { page: known, about: about === undefined ? undefined : decodeURIComponent(about) };
  };
  const [route, setRoute] = useState(read);
  useEffect(() => {
    let shown = window.location.hash;
    const follow = () => {
      if (window.location.hash === shown) return;
      if (mayLeave()) {
        shown = window.location.hash;
        setRoute(read());
      } else window.location.hash = shown;
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return route;
}

function Frame({ version, onSignOut }: { version: string; onSignOut: () => void }) {
  const { page, about } = useRoute();
  const overview = useAnswer('overview', {}, overviewInterval);
  const inNeed = overview.answer?.accounts.filter(({ needsPerson }) => needsPerson).length ?? 0;
  return (
    <OverviewContext.Provider value={overview}>
      <button type="button" class="skip" onClick={() => document.querySelector('main')?.focus()}>
        {texts.skip}
      </button>
      <header>
        <h1>
          openchannel-x <small>{version}</small>
        </h1>
        <nav aria-label={texts.title}>
          {pages.map((each) => (
            <a key={each} href={`#${each}`} aria-current={each === page ? 'page' : undefined}>
              {texts.pages[each]}
              {each === 'overview' && inNeed > 0 ? (
                <span class="mark" role="img" aria-label={texts.overview.mark(inNeed)}>
                  {inNeed}
                </span>
              ) : null}
            </a>
          ))}
        </nav>
        <LanguageChoice />
        <Button quiet text={texts.signOut} onClick={onSignOut} />
      </header>
      <main tabIndex={-1} key={page === 'conversations' ? page : `${page}/${about ?? ''}`}>
        <Shown page={page} about={about} />
      </main>
    </OverviewContext.Provider>
  );
}

function Shown({ page, about }: { page: Page; about: string | undefined }) {
  switch (page) {
    case 'overview':
      return <Overview />;
    case 'conversations':
      return <Conversations about={about} />;
    case 'accounts':
      return about === undefined ? <Accounts /> : <AccountForm name={about} />;
    case 'setup':
      return <SetUp name={about} />;
    case 'chat':
      return <ChatKeysPage account={about ?? ''} />;
    case 'automation':
      return <AutomationPage account={about ?? ''} />;
    case 'report':
      return <ReportPage />;
    case 'privacy':
      return <PrivacyPage />;
    case 'check':
      return <Check account={about} />;
    case 'activity':
      return <Activity key={about} about={about} />;
    case 'log':
      return <Log />;
    case 'settings':
      return <SettingsPage />;
    case 'backup':
      return <Backup />;
  }
}

/** The page came from elsewhere, and cannot know the plugin's port. */
function Unreachable({ onFound }: { onFound: (client: Client | undefined) => void }) {
  const [port, setPort] = useState(rememberedPort());
  const { unreachable } = texts;
  const connect = () => {
    rememberPort(port);
    void Client.at(throughHost(new URL(window.location.href), port)).then(onFound);
  };
  return (
    <main class="door">
      <h1>{unreachable.heading}</h1>
      <p>{unreachable.words}</p>
      <form onSubmit={submit(connect)}>
        <NumberField label={unreachable.port} value={port} onChange={setPort} />
        <Button text={unreachable.go} />
      </form>
    </main>
  );
}
