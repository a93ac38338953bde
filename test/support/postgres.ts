import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian has PostgreSQL; the newest first. */
const packages = '/usr/lib/postgresql';

/** The folder of PostgreSQL's programs; undefined where it is not installed. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(packages) ? readdirSync(packages) : [];
  const [newest] = versions.sort((one, other) => Number(other) - Number(one));
  const folder = newest === undefined ? undefined : join(packages, newest, 'bin');
  return folder !== undefined && existsSync(join(folder, 'initdb')) ? folder : undefined;
}

/** A PostgreSQL server of a test's own, which listens on a socket in its folder. */
export class PostgresServer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  private readonly user = unprivileged();
  private databases = 0;

  constructor(
    private readonly programs: string,
    /** Whether what is committed is on the disk, which tests do without. */
    private readonly durable = { fsync: false },
  ) {
    if (this.user) chownSync(this.folder, this.user.uid, this.user.gid);
    const data = join(this.folder, 'data');
    this.run('initdb', '-D', data, '-U', 'plugin', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N');
    this.start();
  }

  start(): void {
    const fsync = this.durable.fsync ? 'on' : 'off';
    const options = `-c listen_addresses= -c unix_socket_directories=${this.folder} -c fsync=${fsync}`;
    this.run(
      'pg_ctl',
      '-D',
      join(this.folder, 'data'),
      '-w',
      '-l',
      join(this.folder, 'log'),
      '-o',
      options,
      'start',
    );
  }

  /** As after a loss of power: connections break, and what was not committed is gone. */
  kill(): void {
    this.run('pg_ctl', '-D', join(this.folder, 'data'), '-w', '-m', 'immediate', 'stop');
  }

  /** The address of a new, empty database. */
  newDatabase(): string {
    const name = `test${(this.databases += 1)}`;
    this.run('createdb', '-h', this.folder, '-U', 'plugin', name);
    return `postgres://plugin@/${name}?host=${encodeURIComponent(this.folder)}`;
  }

  stop(): void {
    if (existsSync(join(this.folder, 'data', 'postmaster.pid'))) this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(program: string, ...parts: string[]): void {
    execFileSync(join(this.programs, program), parts, { cwd: this.folder, stdio: 'ignore', ...this.user });
  }
}

/** PostgreSQL does not run as root: then Debian's user for it. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
