import type { TProperties } from '@sinclair/typebox';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { AlertClosing, AlertStates, AlertWorking } from '../ports/alerts.ts';
import type { AuditLog } from '../ports/audit.ts';
import type { BackupSource } from '../ports/backup/backup.ts';
import type { GatewayContacts } from '../ports/contacts/contacts.ts';
import type { FleetAdmin } from '../ports/fleet/fleet.ts';
import type { DecisionHistory, EventHistory } from '../ports/history.ts';
import type { MachineLog } from '../ports/machine-log/machine-log.ts';
import type { MachineLimits, MachineStates, MaintenanceSpans } from '../ports/machines.ts';
import type { ModelRegistry } from '../ports/models/models.ts';
import type { TrainingAdmin, TrainingProposals } from '../ports/models/training.ts';
import type { Notifiers } from '../ports/notifications.ts';
import type { Outcomes, OutcomeWords } from '../ports/outcomes/outcomes.ts';
import type { NotificationAdmin, QuarantineAdmin } from '../ports/redrive.ts';
import type { RetentionAdmin } from '../ports/retention/retention.ts';
import type { Decommissioning } from '../ports/retired/retired.ts';
import type { ReadingStore } from '../ports/store.ts';
import type { ViewContext } from './machine-evidence.ts';
import type { StreamHub } from './stream-hub.ts';

export interface Readiness {
  ready: boolean;
  /** Sentences that say why not; empty if ready. */
  reasons: string[];
}

/** Everything that routes use. Each route takes the part that it needs. */
export interface RouteContext {
  store: ReadingStore;
  machines: MachineStates;
  alerts: AlertStates;
  closing: AlertClosing;
  working: AlertWorking;
  outcomes: Outcomes & OutcomeWords;
  contacts: GatewayContacts;
  events: EventHistory;
  decisions: DecisionHistory;
  /** Units and limits of the sensors, for the machine types the cloud knows. */
  machineTypes: ReadonlyMap<string, MachineType>;
  machineLimits: MachineLimits;
  maintenance: MaintenanceSpans;
  machineLog: MachineLog;
  /** Facts that decide in which state machines are now. */
  viewContext(): ViewContext;
  quarantine: QuarantineAdmin;
  notifications: NotificationAdmin;
  notifiers: Notifiers;
  audit: AuditLog;
  decommissioning: Decommissioning;
  fleet: FleetAdmin;
  models: ModelRegistry;
  /** Null if there is no job that trains. */
  training: TrainingAdmin | null;
  proposals: TrainingProposals;
  backups: BackupSource;
  /** Null if there is no job that deletes what is old. */
  retention: RetentionAdmin | null;
  hub: StreamHub;
  clock: Clock;
  ready(): Readiness;
  /** Additional properties for /api/status. */
  status(): Record<string, unknown>;
  /** Schemas of those of them that are stable. */
  statusProperties: TProperties;
}
