/** The report as one HTML document without scripts, fit for a mail and for printing. */
import { whatOf } from '../../../shared/contract/alerts/alert-kinds.ts';
import { percentText } from '../../../shared/words/amounts.ts';
import { escapedHtml } from '../../../shared/words/html.ts';
import { dateTimeText, durationText, runningTimeText } from '../../../shared/words/times.ts';
import type { Verdict } from '../../ports/outcomes/outcomes.ts';
import type { Named } from './measures.ts';
import type { ReportedMachine, SiteReport } from './weekly.ts';

const style = `body{font:15px/1.5 system-ui,sans-serif;color:#1c2430;max-width:60em;margin:1em auto;padding:0 1em}
h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25em .8em .25em 0;border-bottom:1px solid #dde3ea;vertical-align:top}
th{font-weight:600}.quiet{color:#5a6675}`;

const verdictWords: Readonly<Record<Verdict, string>> = {
  confirmed: 'confirmed',
  'false-alarm': 'false alarm',
  missed: 'missed',
  planned: 'planned',
  unknown: 'not known yet',
};
const machinesMax = 50;

export function reportHtml(report: SiteReport, zone?: string): string {
  const { site, fromMs, toMs, alerts, machines, missed, silent, work, losses } = report;
  const time = (ms: number) => dateTimeText(ms, zone);
  const title = `${site}: ${time(fromMs)} to ${time(toMs)}`;
  const open = alerts.filter(({ endedAt }) => endedAt === null).length;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapedHtml(title)}</title><style>${style}</style></head><body>
<h1>${escapedHtml(title)}</h1>
<p>${report.measures.alerts} alerts about machines, ${open} of the shown ones are open. ${verdictText(report)}</p>
${section(
  'What was told, and what came of it',
  ['when', 'machine', 'what', 'how severe', 'until', 'it was', 'cause'],
  alerts.map((each) => [
    time(Date.parse(each.openedAt)),
    each.machine,
    whatOf(each.what),
    each.severity,
    each.endedAt === null ? 'open' : time(Date.parse(each.endedAt)),
    verdictWords[each.verdict],
    each.cause,
  ]),
  'Nothing was told.',
)}
${section(
  'Failures that nobody was warned of',
  ['machine', 'when'],
  missed.map(({ machine, failedAt }) => [machine, time(Date.parse(failedAt))]),
  'None.',
)}
${section('Machines by remaining life', ['machine', 'type', 'state', 'remaining life', 'has run', 'open alerts'], machines.slice(0, machinesMax).map(machineRow), 'No machine has reported.')}
${machines.length > machinesMax ? `<p class="quiet">and ${machines.length - machinesMax} more</p>` : ''}
${section(
  'Silent machines',
  ['machine'],
  silent.map((machine) => [machine]),
  'None.',
)}
${section(
  'What was done',
  ['when', 'machine', 'what', 'by', 'note'],
  work.map(({ atMs, machine, kind, by, note }) => [time(atMs), machine, kind, by, note]),
  'Nothing was written down.',
)}
${section(
  'Data that was lost or refused',
  ['when', 'gateway', 'what'],
  losses.map(({ atMs, gateway, what }) => [time(atMs), gateway, what]),
  'None.',
)}
<h2>How good the alerting is</h2>
${measuresHtml(report)}
</body></html>
`;
}

function measuresHtml({ measures: m }: SiteReport): string {
  const rows: [string, string][] = [
    [
      'alerts an hour and person',
      `${m.perHourAndPerson.toFixed(2)} (${m.people} people; at most 6 can be looked at)`,
    ],
    ['spans of ten minutes with more than ten', String(m.floods)],
    ['open for more than a day', String(m.stale)],
    [
      'confirmed, of those of which it is known',
      m.confirmed
        ? `${percentText(m.confirmed.value)} (${m.confirmed.count} of ${m.confirmed.of})`
        : 'nobody has told yet',
    ],
    [
      'from the first warning to the failure',
      m.leadMs ? `median ${durationText(m.leadMs.median)}` : 'no failure was announced',
    ],
    ['part of the ten noisiest', m.noisiestShare === null ? '' : percentText(m.noisiestShare)],
  ];
  const table = rows
    .map(([name, value]) => `<tr><th>${escapedHtml(name)}</th><td>${escapedHtml(value)}</td></tr>`)
    .join('');
  const named = ({ machine, what, count }: Named) => [machine, whatOf(what), String(count)];
  return `<table>${table}</table>
${section('The ten noisiest', ['machine', 'what', 'alerts'], m.noisiest.map(named), 'None.')}
${section('Chattering: told three times within an hour', ['machine', 'what', 'alerts'], m.chattering.map(named), 'None.')}`;
}

function verdictText({ verdicts }: SiteReport): string {
  const parts = (Object.keys(verdicts) as Verdict[])
    .filter((verdict) => verdicts[verdict] > 0)
    .map((verdict) => `${verdicts[verdict]} ${verdictWords[verdict]}`);
  return parts.length > 0 ? `Of all: ${escapedHtml(parts.join(', '))}.` : '';
}

function machineRow({
  machine,
  machineType,
  state,
  remainingLifeS,
  runningS,
  openAlerts,
}: ReportedMachine): string[] {
  const life = remainingLifeS ? runningTimeText(remainingLifeS) : 'not known';
  const ran = runningS === null ? 'not known' : durationText(runningS * 1_000);
  return [machine, machineType, state, life, ran, openAlerts > 0 ? String(openAlerts) : ''];
}

function section(title: string, head: string[], rows: string[][], none: string): string {
  const cells = (tag: string, row: string[]) =>
    row.map((cell) => `<${tag}>${escapedHtml(cell)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  const table = `<table><tr>${cells('th', head)}</tr>\n${body}</table>`;
  return `<h2>${escapedHtml(title)}</h2>\n${rows.length > 0 ? table : `<p class="quiet">${escapedHtml(none)}</p>`}`;
}
