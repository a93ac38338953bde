'use strict';
/** For PM2, which XCALLY hosts have anyway. In the unpacked zip: `pm2 start operations/openchannel-x.pm2.config.js && pm2 save` */
const { join } = require('node:path');

module.exports = {
  apps: [
    {
      name: 'openchannel-x',
      cwd: join(__dirname, '..'),
      script: 'app/index.js',
      // Keeps V8's heap small beside the contact center.
      node_args: ['--heap-growing-percent=40', '--max-semi-space-size=2', '--wasm-num-compilation-tasks=1'],
      // One process only: the data folder has one owner.
      instances: 1,
      exec_mode: 'fork',
      autorestart: true,
      exp_backoff_restart_delay: 200,
      // A wrong configuration does not get better by itself.
      stop_exit_codes: [78],
      // SIGTERM lets it finish what is in flight, which takes at most 10 s.
      kill_timeout: 15_000,
      max_memory_restart: '512M',
    },
  ],
};
