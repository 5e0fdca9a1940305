import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { codeOf, HarbingerError, messageOf } from '../runtime/errors.ts';
import { compileValidator } from '../runtime/validate.ts';
import { replaceFileSync } from './replace.ts';

/** Address of a running gateway or cloud: `run.json` in its data folder, for the command line and scripts. */
export const RunFile = Type.Object({
  role: Type.Union([Type.Literal('gateway'), Type.Literal('cloud')]),
  pid: Type.Integer(),
  startedAt: Type.String(),
  mqttPort: Type.Optional(Type.Integer()),
  httpPort: Type.Integer(),
  httpUrl: Type.String(),
});
export type RunFile = Static<typeof RunFile>;

const validate = compileValidator(RunFile);
export const runFileName = 'run.json';

/** Ports that are not declared above may be there too, by name. */
export function writeRunFile(dataDir: string, run: RunFile & Readonly<Record<string, unknown>>): void {
  replaceFileSync(join(dataDir, runFileName), `${JSON.stringify(run, null, 2)}\n`, { syncFolder: false });
}

export function removeRunFile(dataDir: string): void {
  rmSync(join(dataDir, runFileName), { force: true });
}

/** @throws HarbingerError RUN_FILE if nothing runs with that folder, or the file is not valid */
export function readRunFile(dataDir: string): RunFile {
  const path = join(dataDir, runFileName);
  try {
    const run: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return validate(run, (problem) => new Error(problem));
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? '' : ` (${path}: ${messageOf(error)})`;
    throw new HarbingerError(
      'RUN_FILE',
      'cli',
      `nothing runs with data in ${dataDir}${why}; start it, or say where it is: --data DIR, or --url URL`,
    );
  }
}

/** Returns the URL at which a program on this computer reaches a server that listens on `host`. */
export function localUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
