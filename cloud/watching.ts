import { Arrivals } from '../shared/conditions/arrivals.ts';
import { CertificateReader, certificateFilesIn } from '../shared/conditions/certificates.ts';
import { ClockWatch } from '../shared/conditions/clock.ts';
import { ConditionEvaluator } from '../shared/conditions/evaluator.ts';
import type { NotifierFacts } from '../shared/conditions/notifier.ts';
import type { ConfigTrouble } from '../shared/config/reload.ts';
import type { FreeSpace } from '../shared/files/free-space.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { SiteStorms } from './alerts/storms/storms.ts';
import { cloudConditions } from './conditions/conditions.ts';
import type { CloudFacts, WatchedGateway } from './conditions/facts.ts';
import type { CloudConfig } from './config.ts';
import type { StoredOperations } from './operations/operations.ts';
import type { GatewayContact, GatewayContacts, TwinGateways } from './ports/contacts/contacts.ts';
import type { TrainingProposal } from './ports/models/training.ts';
import type { RetentionAdmin } from './ports/retention/retention.ts';

export interface WatchingDeps {
  config: CloudConfig;
  operations: StoredOperations;
  contacts: GatewayContacts;
  space: FreeSpace;
  store: { kind: string; healthy(): boolean };
  notifiers(): readonly NotifierFacts[];
  twins(): readonly TwinGateways[];
  /** Absent: none is ever found. */
  storms?: SiteStorms;
  retention(): RetentionAdmin | null;
  proposals(): readonly TrainingProposal[];
  dataDir: string;
  configTrouble: ConfigTrouble;
  clock: Clock;
  random: Random;
  log: Log;
}

const hourMs = 3_600_000;

/** Watches the cloud itself and its gateways. What is open is kept with the alerts, and told as they are. */
export function createWatching(deps: WatchingDeps): ConditionEvaluator<CloudFacts> {
  const { config, operations, clock, random, log } = deps;
  const { off } = config.conditions;
  if (deps.storms)
    deps.storms.machinesAt = (site) => operations.machines.all().filter((each) => each.site === site).length;
  return new ConditionEvaluator({
    conditions: cloudConditions.filter(({ name }) => !off.includes(name)),
    about: { kind: 'cloud', name: 'cloud' },
    facts: factsOf(deps),
    emit: (event) => operations.events.apply('', [event]),
    kept: operations.conditions,
    clock,
    random,
    log,
  });
}

function factsOf(deps: WatchingDeps): () => CloudFacts {
  const { config, operations, contacts, space, clock, dataDir } = deps;
  const certificates = new CertificateReader(certificateFilesIn(config), clock);
  const clockWatch = new ClockWatch(clock);
  const quarantined = new Arrivals(clock, hourMs);
  return () => {
    const free = space.space;
    const freeShareMin = config.conditions.diskFreePercentMin / 100;
    const counts = operations.quarantine.counts();
    const dropped = Object.values(counts.quarantineDropped).reduce((sum, each) => sum + each, 0);
    const watched = (contact: GatewayContact | undefined) =>
      contact && !operations.retired.isGatewayRetired(contact.gateway) ? contact : undefined;
    // Nothing is raised in maintenance, and what was raised before does not end by it.
    const isSpared = ({ gateway }: GatewayContact) =>
      operations.maintenance.isWhole(gateway) && !hasOpenCondition(operations, gateway);
    return {
      disk: free && { ...free, folder: dataDir, freeShareMin },
      certificates: certificates.facts(),
      clock: clockWatch.facts(),
      configProblem: deps.configTrouble.problem,
      gateways: withMachines(
        contacts
          .all()
          .filter((contact) => contact.state !== 'heard' && watched(contact) && !isSpared(contact)),
        operations,
      ),
      gatewayNow: (name) => watched(contacts.of(name)),
      storms: deps.storms?.list() ?? [],
      twins: deps.twins().filter(({ gateway }) => !operations.retired.isGatewayRetired(gateway)),
      store: { kind: deps.store.kind, isHealthy: deps.store.healthy() },
      quarantine: {
        bytes: counts.quarantinedBytes,
        bytesMax: config.operations.quarantineBytesMax,
        arrivedWithinHour: quarantined.observe(counts.quarantined + dropped),
      },
      notifiers: deps.notifiers(),
      retention: deps.retention()?.state() ?? null,
      training: deps.proposals(),
    };
  };
}

/** Whether the cloud has told something of a gateway that has not ended. */
function hasOpenCondition(operations: StoredOperations, gateway: string): boolean {
  return operations.alerts
    .all('open')
    .some(
      (alert) =>
        'condition' in alert &&
        alert.gateway === '' &&
        alert.condition.about.kind === 'gateway' &&
        alert.condition.about.name === gateway,
    );
}

function withMachines(contacts: readonly GatewayContact[], operations: StoredOperations): WatchedGateway[] {
  if (contacts.length === 0) return [];
  const counts = machinesByGateway(operations);
  return contacts.map((contact) => ({ ...contact, machines: counts.get(contact.gateway) ?? 0 }));
}

function machinesByGateway(operations: StoredOperations): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { gateway } of operations.machines.all()) counts.set(gateway, (counts.get(gateway) ?? 0) + 1);
  return counts;
}
