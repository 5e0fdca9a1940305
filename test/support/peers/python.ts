/** Python with packages of its own, for peers of tests: a virtual environment in the cache of test servers. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '../debian/lock.ts';
import { findOnPath } from '../debian/packages.ts';

const run = promisify(execFile);
const fetchMsMax = 240_000;

/**
 * Returns the path of a Python that has the packages, each as NAME==VERSION. The environment is complete when it has its
 * name. @throws Error if it cannot be had
 */
export async function pythonWith(packages: readonly string[]): Promise<string> {
  const python = findOnPath('python3');
  if (!python) throw new Error('no python3 here');
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'harbinger-test-servers');
  const environment = join(cache, packages.join('_').replaceAll('==', '-'));
  mkdirSync(cache, { recursive: true });
  if (!existsSync(environment))
    await withFileLock(join(cache, '.lock-python'), async () => {
      if (existsSync(environment)) return;
      const fresh = `${environment}.fetching`;
      rmSync(fresh, { recursive: true, force: true });
      await run(python, ['-m', 'venv', fresh], { timeout: fetchMsMax });
      const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages];
      await run(join(fresh, 'bin', 'python'), pip, { timeout: fetchMsMax });
      renameSync(fresh, environment);
    });
  return join(environment, 'bin', 'python');
}
