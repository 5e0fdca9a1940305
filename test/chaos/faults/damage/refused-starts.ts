/** Names and formats that do not fit what is in a data folder: the start is refused, and nothing is lost. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { calmGateway } from '../../site/limits.ts';
import type { Site } from '../../site/site.ts';
import { eventually, type Fault } from '../fault.ts';

/** An address at which no cloud listens, so that a backlog grows whatever the link does. */
const nowhere = 'mqtt://127.0.0.1:9';

async function backlogOf({ gateway }: Site): Promise<number> {
  const { backlog } = await gateway.process.json<{ backlog: Record<string, { blocks: number }> }>(
    '/api/status',
  );
  return Object.values(backlog).reduce((sum, { blocks }) => sum + blocks, 0);
}

const gatewayRenamed: Fault = {
  kind: 'gateway-renamed',
  target: 'gateway',
  plan(draw) {
    const isKilled = draw.chance(0.5);
    return {
      text: `the gateway is ${isKilled ? 'killed' : 'stopped'} with a backlog, renamed, refused, and started under its old name`,
      async run({ site, allow, expect }) {
        const { gateway } = site;
        allow('torn-tail');
        site.configureGateway({ uplink: { url: nowhere } });
        await gateway.kill9();
        await gateway.start();
        const none = await eventually(async () =>
          (await backlogOf(site)) > 0 ? null : 'nothing waits to be delivered',
        );
        await (isKilled ? gateway.kill9() : gateway.stop());
        const { id, password } = calmGateway;
        site.configureGateway({ gateway: id, uplink: { password } });
        const refusal = none === null ? await gateway.refusal() : none;
        site.configureGateway();
        await gateway.start();
        expect('gateway: refuses another name as long as it has a backlog', () =>
          refusal?.includes('GATEWAY_RENAMED') ? null : `it said: ${refusal?.slice(0, 500) ?? 'nothing'}`,
        );
      },
    };
  },
};

/** Files that belong to a process, and not to the data. */
const ofProcess = /(^|\/)(lock|lock\.mdb|run\.json)(\/|$|\.)/;

function digestsOf(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.filter((path) => !ofProcess.test(path) && statSync(join(folder, path)).isFile());
  return new Map(
    files.map((path) => [
      relative('.', path),
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    ]),
  );
}

function newerFormat(which: 'gateway' | 'cloud'): Fault {
  return {
    kind: `${which}-newer-format`,
    target: which,
    plan(draw) {
      const share = draw.share();
      return {
        text: `the data folder of the ${which} is noted to be of a newer version, and put back after the refusal`,
        async run({ site, allow, expect }) {
          const process = site[which];
          const folder = which === 'gateway' ? site.gatewayDir : site.cloudDir;
          const path = join(folder, 'format.json');
          allow('torn-tail');
          await process.kill9();
          const before = readFileSync(path, 'utf8');
          const note = JSON.parse(before) as { formats: Record<string, number> };
          const kinds = Object.keys(note.formats);
          const kind = kinds[Math.floor(share * kinds.length)]!;
          note.formats[kind]! += 1;
          writeFileSync(path, JSON.stringify(note));
          const digests = digestsOf(folder);
          const refusal = await process.refusal();
          const after = digestsOf(folder);
          writeFileSync(path, before);
          await process.start();
          const touched = [...new Set([...digests.keys(), ...after.keys()])].filter(
            (name) => digests.get(name) !== after.get(name),
          );
          expect(`${which}: refuses newer ${kind} by name, and touches nothing`, () => {
            if (!refusal?.includes('DATA_VERSION')) return `it said: ${refusal?.slice(0, 500) ?? 'nothing'}`;
            return touched.length === 0 ? null : `it touched ${touched.slice(0, 5).join(', ')}`;
          });
        },
      };
    },
  };
}

export const refusedStarts: Fault[] = [gatewayRenamed, newerFormat('gateway'), newerFormat('cloud')];
