/** Entries that people write in the maintenance log, and what follows from them for alerts, outcomes and the machine. */

import type { MaintainedKind } from '../../../shared/contract/alerts/machine-maintained.ts';
import { newEvent } from '../../../shared/contract/envelope.ts';
import type { MachineAlert } from '../../ports/alerts.ts';
import type { LogEntry, LogOutcome, MachineLog, NewEntry } from '../../ports/machine-log/machine-log.ts';
import { applyEvent, Changes } from '../apply-event.ts';
import { type ClosingDeps, endAlert } from './alert-closing.ts';

/** Kinds after which what was predicted of the machine concerns it no more. */
const endsAlerts: ReadonlySet<MaintainedKind> = new Set(['replaced', 'retired']);
const reasonOf: Readonly<Partial<Record<MaintainedKind, string>>> = {
  replaced: 'the machine was replaced',
  retired: 'the machine was retired',
};

export function machineLog(deps: ClosingDeps): MachineLog {
  const { tables, nowMs, transaction, emit } = deps;
  const openOf = ({ gateway, site, machine, atMs }: NewEntry): MachineAlert[] =>
    tables.alerts
      .all('open')
      .filter(
        (alert): alert is MachineAlert =>
          'prediction' in alert &&
          alert.gateway === gateway &&
          alert.prediction.site === site &&
          alert.prediction.machine === machine &&
          Date.parse(alert.openedAt) <= atMs,
      );
  const write = (wanted: NewEntry, made: Changes): LogOutcome => {
    const { outcome, ...rest } = wanted;
    const { by, kind, note, atMs, entryId, gateway, site, machine, machineType } = rest;
    const known = tables.machineLog.get(entryId);
    if (known) return { entry: known, ended: [], said: [] };
    const entry: LogEntry = { ...rest, writtenMs: nowMs() };
    const about = { gateway: null, id: `log/${entryId}`, timeMs: atMs, subject: `${site}/${machine}` };
    const data = { site, machine, machineType, entryId, gateway, kind, by, note };
    tables.machineLog.put(entry);
    const open = openOf(wanted);
    const said: string[] = [];
    for (const alert of outcome ? open : []) {
      const warning = tables.outcomes.of(alert.gateway, alert.alertId);
      if (!warning) continue;
      tables.outcomes.say(warning, { ...outcome!, by, note: note.slice(0, 500) }, nowMs());
      said.push(alert.alertId);
    }
    const reason = [reasonOf[kind] ?? '', note].filter((text) => text !== '').join(': ');
    const ended = endsAlerts.has(kind) ? open : [];
    for (const alert of ended) endAlert(deps, alert, { reason: reason.slice(0, 300), by }, made);
    applyEvent(tables, { gateway: '' }, newEvent('io.harbinger.machine.maintained.v1', about, data), made);
    return { entry, ended: ended.map(({ alertId }) => alertId), said };
  };
  return {
    of: (name) => tables.machineLog.of(name),
    all: () => tables.machineLog.all(),
    async add(entry) {
      const { result, made } = await transaction(() => {
        const made = new Changes();
        return { result: write(entry, made), made };
      });
      tables.notifications.announce(made.notifiers);
      tables.endings.announce(made.owed);
      emit({ machines: [...made.machines.values()], alerts: [...made.alerts.values()] });
      return result;
    },
  };
}
