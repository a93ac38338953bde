'use strict';
/** `npm start`: sets up, then runs the plugin, or the sandbox where there is no configuration. */
const { existsSync } = require('fs');
const { join } = require('path');
const { setUp } = require('./setup');

setUp({});
const configured = process.env.PLUGIN_CONFIG || existsSync('plugin.config.json') || process.argv.length > 2;
require(join(__dirname, '..', 'dist', configured ? 'plugin/main.js' : 'scripts/sandbox/main.js'));
