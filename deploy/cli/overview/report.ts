/** `harbinger report`: what was told about a site in a week, what came of it, and how good the alerting is. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { SiteReport } from '../../../cloud/api/report/weekly.ts';
import { whatOf } from '../../../shared/contract/alerts/alert-kinds.ts';
import { percentText } from '../../../shared/words/amounts.ts';
import { durationText, localTimeText, localZone, runningTimeText } from '../../../shared/words/times.ts';
import { fetchBytes, findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, time, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printTable } from '../output.ts';

type Options = ReachOptions & { from?: number; to?: number; people: number; html?: string };
const machinesMax = 20;

export function addReport(program: Command): void {
  withReach(program.command('report'), 'cloud')
    .description('what was told about a site in the last week, what came of it, and how good the alerting is')
    .argument('<site>', 'the site')
    .option('--from <time>', 'in local time unless it has a zone (default: a week before --to)', time)
    .option('--to <time>', 'until when (default: now)', time)
    .option('--people <n>', 'how many look after alerts at a time', wholeNumber, 1)
    .option('--html <file>', 'write it as one HTML document, to read, send or print')
    .addHelpText(
      'after',
      '\nExamples:\n  harbinger report hall-1\n  harbinger report hall-1 --from 2026-11-01 --to 2026-12-01 --html november.html\n',
    )
    .action(async (site: string, options: Options) => {
      const { from, to, people, html, json } = options;
      const query = new URLSearchParams({
        ...{ site, people: String(people) },
        ...(from !== undefined && { from: new Date(from).toISOString() }),
        ...(to !== undefined && { to: new Date(to).toISOString() }),
      });
      const endpoint = findEndpoint('cloud', options);
      if (html !== undefined) {
        query.set('zone', localZone());
        writeFileSync(html, await fetchBytes(endpoint, `/api/report/html?${query}`));
        process.stdout.write(`written: ${html}\n`);
        return;
      }
      const report = (await request(endpoint, 'GET', `/api/report?${query}`)) as SiteReport;
      if (json) return printJson(report);
      print(report);
    });
}

function print({
  site,
  fromMs,
  toMs,
  verdicts,
  machines,
  losses,
  missed,
  silent,
  work,
  measures,
}: SiteReport): void {
  const out = (text: string) => process.stdout.write(`${text}\n`);
  out(`${printable(site, 64)}, ${localTimeText(fromMs)} to ${localTimeText(toMs)} ${localZone()}`);
  const said = Object.entries(verdicts).filter(([, count]) => count > 0);
  out(
    `alerts about machines: ${measures.alerts}${said.length > 0 ? ` (${said.map(([name, count]) => `${count} ${name}`).join(', ')})` : ''}`,
  );
  out(
    `an hour and person: ${measures.perHourAndPerson.toFixed(2)}; open for more than a day: ${measures.stale}; floods: ${measures.floods}`,
  );
  const { confirmed, leadMs } = measures;
  out(
    `confirmed: ${confirmed ? `${percentText(confirmed.value)} (${confirmed.count} of ${confirmed.of})` : 'nobody has told yet'}; lead time: ${leadMs ? `median ${durationText(leadMs.median)}` : 'no failure was announced'}`,
  );
  out(`failures that nobody was warned of: ${missed.length}; entries of the maintenance log: ${work.length}`);
  out(`silent machines: ${silent.length > 0 ? printable(silent.join(', '), 500) : 'none'}`);
  out(`data lost or refused: ${losses.length > 0 ? '' : 'none'}`);
  for (const { gateway, what, atMs } of losses)
    out(`  ${localTimeText(atMs)}  ${printable(gateway, 64)}  ${printable(what, 200)}`);
  const noisiest = measures.noisiest.map(({ machine, what, count }) => [
    printable(machine, 130),
    printable(whatOf(what), 64),
    String(count),
  ]);
  if (noisiest.length > 0) out('');
  if (noisiest.length > 0) printTable([['noisiest', 'what', 'alerts'], ...noisiest]);
  out('');
  printTable([
    ['machine', 'state', 'remaining life', 'has run'],
    ...machines
      .slice(0, machinesMax)
      .map(({ machine, state, remainingLifeS, runningS }) => [
        printable(machine, 64),
        state,
        remainingLifeS ? runningTimeText(remainingLifeS) : 'not known',
        runningS === null ? 'not known' : durationText(runningS * 1_000),
      ]),
  ]);
  if (machines.length > machinesMax)
    out(`and ${machines.length - machinesMax} more: \`harbinger machines list\``);
}
