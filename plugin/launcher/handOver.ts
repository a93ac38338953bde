import { spawn } from 'node:child_process';

/** Set for the process that was handed over to. */
export const handedOver = 'OPENCHANNEL_X_HANDED_OVER';

/** Once its parent was killed, a process gets so long to stop, in milliseconds. */
const maxStopMs = 2_000;

const passedOn = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const;

/**
 * Runs a program with another Node.js as if it were this process: with its arguments, its input and output, the signals it gets, what its
 * parent says to it, and its end.
 */
export function handOver(node: string, program: string, words: string[]): void {
  const child = spawn(node, [program, ...words], {
    // Its end of the last one closes with this process, however that ends.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [handedOver]: '1' },
  });
  for (const signal of passedOn) process.on(signal, () => child.kill(signal));
  child.on('message', (message) => process.send?.(message));
  process.on('message', (message: object) => {
    if (child.connected) child.send(message);
  });
  child.on('error', (error) => {
    // It runs: what was said to it did not reach it, since it ends.
    if (child.pid !== undefined) return;
    process.stderr.write(`openchannel-x could not start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // Whoever started this process is to see the same end.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** In the process that was handed over to: it is not to go on when the one that started it is gone. */
export function endWithParent(): void {
  Reflect.deleteProperty(process.env, handedOver);
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    // Whoever starts the plugin anew waits for the data folder only so long; what is cut off goes on there.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), maxStopMs).unref();
  });
  process.channel?.unref();
}
