/**
 * Collects what a helper needs in one JSON file that only its owner can read. No secret is in it: settings are hidden by their schema
 * (config/hide-secrets.ts), and every secret that the configuration and the data folder have is looked for in what else is
 * collected, and replaced.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, uptime } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ownVersion } from '../../../shared/files/paths.ts';
import { replaceFileSync } from '../../../shared/files/replace.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import { hideSecrets } from '../config/hide-secrets.ts';
import { checkSide } from '../config-sides.ts';
import { findEndpoint, request } from '../http-client.ts';
import { gatherFacts, type Place } from './facts.ts';
import { findingsOf } from './findings.ts';

const logLines = 2_000;
const logBytesMax = 8 << 20;
const hidden = '(hidden)';

export async function supportBundle(place: Place, to: string, readLog = journal): Promise<void> {
  const { side, configFile, dataDir } = place;
  const { config, problems, schema } = await checkSide(side, configFile);
  const facts = await gatherFacts(place);
  const collected = {
    version: ownVersion(),
    system: {
      node: process.version,
      kernel: release(),
      cpus: cpus().length,
      memory: totalmem(),
      uptime: uptime(),
    },
    findings: findingsOf(facts),
    facts,
    configuration: config === null || config === undefined ? { problems } : hideSecrets(config, schema),
    status: await statusOf(place),
    log: await readLog(side),
  };
  const text = withoutSecrets(JSON.stringify(collected, null, 2), secretsOf(config, dataDir));
  replaceFileSync(to, `${text}\n`, { mode: 0o600 });
}

/** Every text that a setting named like a secret has, and the token of the API. */
export function secretsOf(config: unknown, dataDir: string): string[] {
  const found = new Set<string>();
  const look = (value: unknown, isSecret: boolean): void => {
    if (typeof value === 'string' && isSecret && value.length >= 4) found.add(value);
    else if (Array.isArray(value)) for (const item of value) look(item, isSecret);
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value))
        look(item, isSecret || key === 'headers' || /password|token|secret/i.test(key));
  };
  look(config, false);
  try {
    found.add(readFileSync(join(dataDir, 'api-token'), 'utf8').trim());
  } catch {
    // There is none, or it is not readable for this user, and so not in what is collected.
  }
  return [...found].filter((text) => text !== '').sort((a, b) => b.length - a.length);
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  // As they are within a JSON text.
  const escaped = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
  return escaped.reduce((rest, secret) => rest.replaceAll(secret, hidden), text);
}

async function statusOf({ side, dataDir }: Place): Promise<unknown> {
  try {
    return await request(findEndpoint(side, { data: dataDir }), 'GET', '/api/status');
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function journal(side: string): Promise<string[]> {
  try {
    const args = ['-u', `harbinger-${side}`, '-n', String(logLines), '--no-pager', '-o', 'short-iso'];
    const { stdout } = await promisify(execFile)('journalctl', args, {
      timeout: 30_000,
      maxBuffer: logBytesMax,
    });
    return stdout.split('\n');
  } catch (error) {
    return [`the log could not be read: ${messageOf(error)}`];
  }
}
