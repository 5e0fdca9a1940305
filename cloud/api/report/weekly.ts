/** The report about one site and a span of time, by what the cloud has kept. */
import { isEventOf } from '../../../shared/contract/events.ts';
import type { LogEntry } from '../../ports/machine-log/machine-log.ts';
import type { Outcome, Verdict, WarningOutcome } from '../../ports/outcomes/outcomes.ts';
import type { RouteContext } from '../context.ts';
import { type MachineView, viewsOf } from '../machine-view.ts';
import { type Measures, measuresOf } from './measures.ts';

export interface ReportSpan {
  site: string;
  fromMs: number;
  toMs: number;
  /** People who look after alerts at a time. */
  people: number;
}

export interface ReportedMachine {
  machine: string;
  machineType: string;
  state: string;
  /** Seconds of running until it fails; null if that is not known. */
  remainingLifeS: { p10: number; p50: number; p90: number } | null;
  /** Seconds of running since it was seen first or was replaced; null if it is not known when it runs. */
  runningS: number | null;
  lastSeenMs: number;
  openAlerts: number;
}

export interface ReportedAlert {
  alertId: string;
  machine: string;
  what: string;
  severity: 'warning' | 'critical';
  openedAt: string;
  endedAt: string | null;
  verdict: Verdict;
  cause: string;
}

export interface Loss {
  gateway: string;
  what: string;
  atMs: number;
}

export interface SiteReport extends ReportSpan {
  alerts: ReportedAlert[];
  verdicts: Record<Verdict, number>;
  /** Failures that nobody was warned of. */
  missed: { machine: string; failedAt: string }[];
  /** The least remaining life first, those of which none is known last. */
  machines: ReportedMachine[];
  silent: string[];
  work: LogEntry[];
  /** Data that was lost or refused; empty if none was. */
  losses: Loss[];
  measures: Measures;
}

export type ReportContext = Pick<
  RouteContext,
  'machines' | 'alerts' | 'outcomes' | 'events' | 'quarantine' | 'machineLog' | 'viewContext' | 'clock'
>;

const alertsMax = 200;
const lossesMax = 100;
const pageMax = 500;
/** Pages of events and quarantine that one report reads at most. */
const pagesMax = 100;

export function reportOf(context: ReportContext, span: ReportSpan): SiteReport {
  const { site, fromMs, toMs } = span;
  const isWithin = (at: string | number) => {
    const ms = typeof at === 'number' ? at : Date.parse(at);
    return ms >= fromMs && ms < toMs;
  };
  const ofSite = [...context.outcomes.all()].filter((each) => each.site === site);
  const warnings = ofSite
    .filter((each): each is WarningOutcome => each.kind === 'warning' && isWithin(each.openedAt))
    .sort((a, b) => b.openedAt.localeCompare(a.openedAt));
  const states = context.machines.all().filter((each) => each.site === site);
  const views = viewsOf(states, context.alerts.all('open'), context.viewContext());
  const gateways = new Set(states.map(({ gateway }) => gateway));
  return {
    ...span,
    alerts: warnings.slice(0, alertsMax).map(alertOf),
    verdicts: countsOf(warnings),
    missed: ofSite.flatMap((each) =>
      each.kind === 'failure' && each.verdict === 'missed' && isWithin(each.failedAt)
        ? [{ machine: each.machine, failedAt: each.failedAt }]
        : [],
    ),
    machines: views.map(machineOf).sort(byRemainingLife),
    silent: views.filter(({ unknown }) => unknown?.isSilent).map(({ machine }) => machine),
    work: [...context.machineLog.all()]
      .filter((each) => each.site === site && isWithin(each.atMs))
      .sort((a, b) => b.atMs - a.atMs),
    losses: [...lossesIn(context, gateways, isWithin)].slice(0, lossesMax),
    measures: measuresOf(warnings, span),
  };
}

function alertOf(warning: WarningOutcome): ReportedAlert {
  const { id, machine, failureMode, severity, openedAt, endedAt, verdict, history } = warning;
  const cause = history.at(-1)?.cause ?? '';
  return { alertId: id, machine, what: failureMode, severity, openedAt, endedAt, verdict, cause };
}

function countsOf(warnings: readonly Outcome[]): Record<Verdict, number> {
  const counts = { confirmed: 0, 'false-alarm': 0, missed: 0, planned: 0, unknown: 0 };
  for (const { verdict } of warnings) counts[verdict]++;
  return counts;
}

function machineOf(view: MachineView): ReportedMachine {
  const { machine, machineType, state, remainingLifeS, runningS = null, lastSeenMs, openAlerts } = view;
  return { machine, machineType, state, remainingLifeS, runningS, lastSeenMs, openAlerts };
}

function byRemainingLife(a: ReportedMachine, b: ReportedMachine): number {
  const of = ({ remainingLifeS }: ReportedMachine) => remainingLifeS?.p50 ?? Number.MAX_VALUE;
  return of(a) - of(b) || a.machine.localeCompare(b.machine);
}

/** Data that gateways of the site have lost, and that the cloud could not store of theirs. */
function* lossesIn(
  { events, quarantine }: ReportContext,
  gateways: ReadonlySet<string>,
  isWithin: (at: string | number) => boolean,
): Generator<Loss> {
  let before: string | undefined;
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = events.page({ limit: pageMax, ...(before !== undefined && { before }) });
    for (const event of page.items) {
      const gateway = event.source.split('/').at(-1) ?? '';
      if (!isEventOf(event, 'io.harbinger.journal.loss.v1')) continue;
      if (!gateways.has(gateway) || !isWithin(event.time)) continue;
      const { cause, lines, bytes } = event.data;
      yield {
        gateway,
        what: `lost: ${lines} readings, ${bytes} bytes (${cause})`,
        atMs: Date.parse(event.time),
      };
    }
    if (page.next === null) break;
    before = page.next;
  }
  for (const gateway of gateways)
    for (const { atMs, reason, bytes } of quarantine.list({ limit: pageMax, subject: gateway }).items)
      if (isWithin(atMs)) yield { gateway, what: `refused: ${bytes} bytes (${reason.slice(0, 200)})`, atMs };
}
