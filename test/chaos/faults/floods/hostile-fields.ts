/** A gateway whose credential somebody else has, who sends lines that harm a store. */
import { keptOf } from '../../observe/stored.ts';
import { calmGateway, stormGateway } from '../../site/limits.ts';
import type { Fault } from '../fault.ts';
import { journalOf, lineOf, withGateways } from './gateway-floods.ts';

/** Fields that InfluxDB 1 cannot live with, misreads, or takes for another line. */
const malformed = [
  '\\="x"',
  '\\=1',
  'a\\,b=1',
  'a\\=b=1',
  '\u00ff=1',
  '"a"=1',
  'a="\\',
  'a="x\\"',
  'a=1e999',
  'a=0x10',
  'a=1,a=2',
  'time=1',
];
/** Fields that are well formed: two that change their type, and one with a long name. */
const hostile = [...malformed, 'temperature="hot"', 'pressure=t', `${'k'.repeat(70_000)}=1`];

export const hostileFields: Fault = {
  kind: 'hostile-fields',
  target: 'sensors',
  plan(draw) {
    const [count, journal] = [draw.int(5, 40), journalOf(draw)];
    const fields = Array.from({ length: count }, () => draw.pick(hostile));
    return {
      text: `another gateway sends ${count} lines with hostile fields, each before a good line of a third gateway`,
      async run({ site, allow, isAllowed, expect, sends }) {
        allow('quarantined');
        sends(2 * count);
        const machine = `hostile-${journal}`;
        await withGateways(site, journal, async (storm, calm) => {
          for (const [i, field] of fields.entries()) {
            await storm.send('readings', lineOf(stormGateway.id, machine, field));
            const good = `generic,gateway=${calmGateway.id},machine=calm-${machine},site=storm temperature=20.5,kept=${i}`;
            await calm.send('readings', `${good} ${Date.now()}${String(i).padStart(6, '0')}\n`);
          }
        });
        expect('cloud: says in quarantine whose lines are malformed', async () => {
          if (!fields.some((field) => malformed.includes(field))) return null;
          const { items } = await site.cloud.process.json<{ items: { gateway: string }[] }>(
            '/api/quarantine?limit=500',
          );
          return items.some(({ gateway }) => gateway === stormGateway.id) ? null : 'nothing of it';
        });
        expect('cloud: each line of the other gateway is stored once', async () => {
          const kept = await keptOf(site, `calm-${machine}`);
          const wanted = fields
            .map((_, i) => i)
            .filter((i) => !isAllowed('cloud-put-back') || kept.includes(i));
          return kept.join() === wanted.join() ? null : `${kept.join()} of ${count}`;
        });
      },
    };
  },
};
