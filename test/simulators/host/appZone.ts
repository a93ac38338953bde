import express, { Router } from 'express';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface Manifest {
  name: string;
  version: string;
  description: string;
  type: string;
  parameters: { scriptName: string; scriptPath: string; views: { admin: string } };
}

/** A plugin as the host's AppZone has it. */
export interface InstalledPlugin {
  manifest: Manifest;
  /** The file the host runs. */
  script: string;
}

/**
 * Reads a plugin's folder as the host does after unpacking its zip.
 * @throws Error when the host would refuse it
 */
export function readPlugin(folder: string): InstalledPlugin {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const { name, version, description, type, parameters } = manifest;
  if (!name || !version || !description) throw new Error('name, version and description are required');
  if (type !== 'script') throw new Error('only scripts can be run');
  if (parameters.scriptName !== basename(folder))
    throw new Error('scriptName must be the name of the folder');
  return { manifest, script: join(folder, parameters.scriptPath) };
}

/** The host's pages: a plugin's own files, and its admin view in a frame. */
export function appZoneRoutes(folder: () => string | undefined, view: () => string): Router {
  const router = Router();
  router.use('/plugins', (request, response, next) => {
    const root = folder();
    if (root === undefined) next();
    else express.static(root)(request, response, next);
  });
  router.get('/appzone', (_request, response) => {
    response.type('html').send(`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>XCALLY Motion (simulated) – AppZone</title>
    <style>
      body { margin: 0; font: 15px/1.4 system-ui, sans-serif; background: #12324e; color: #fff; }
      h1 { margin: 0; padding: 8px 16px; font-size: 16px; font-weight: 600; }
      iframe { display: block; width: 100%; height: calc(100vh - 40px); border: 0; background: #fff; }
    </style>
  </head>
  <body>
    <h1>XCALLY Motion (simulated) › AppZone › X</h1>
    <iframe title="Plugin" src="/plugins/${view()}"></iframe>
  </body>
</html>`);
  });
  return router;
}
