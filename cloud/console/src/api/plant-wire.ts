/** The shapes of the API's answers about gateways, models, people and what was set aside. Types only. */

import type { ModelsCompared } from '../../../../shared/contract/models/compared.ts';
import type { ConditionAlert } from '../../../ports/alerts.ts';
import type { AuditEntry } from '../../../ports/audit.ts';
import type { FiguresAt, Asked as FleetAsked, ShownDocument } from '../../../ports/fleet/fleet.ts';
import type { RegisteredModel } from '../../../ports/models/models.ts';
import type { TrainingProposal } from '../../../ports/models/training.ts';
import type { NotifierState } from '../../../ports/notifications.ts';
import type { Quarantined } from '../../../ports/quarantine.ts';

export type {
  AuditEntry,
  ConditionAlert,
  FiguresAt,
  FleetAsked,
  ModelsCompared,
  NotifierState,
  Quarantined,
  RegisteredModel,
  ShownDocument,
  TrainingProposal,
};

export interface Gateway {
  gateway: string;
  isConfigured: boolean;
  machines: number;
  retiredMachines: number;
  openAlerts: number;
  lastSeenMs: number | null;
  isConnected: boolean;
  contact: 'heard' | 'silent' | 'stopped' | 'idle' | 'unknown';
  silentSinceMs: number | null;
  figures: FiguresAt | null;
}

export interface PageOf<T> {
  items: T[];
  next: string | null;
}

export interface QuarantinedWhole extends Quarantined {
  /** Base64. */
  body: string;
}

export interface DeadNotification {
  key: string;
  notifier: string;
  change: string;
  attempts: number;
  atMs: number;
  reason: string;
  event: { subject?: string; type: string };
}

export interface Redriven {
  redriven: number;
  kept: number;
  left: number;
  reasons: string[];
}

export type FleetRemoval = Pick<FleetAsked, 'kind' | 'gateway' | 'who' | 'why'> & { name: string };

interface Share {
  value: number;
  low: number;
  high: number;
  count: number;
  of: number;
}

interface Figures {
  warnings: { total: number; confirmed: number; falseAlarms: number; planned: number; unknown: number };
  precision: Share | null;
  recall: Share | null;
  leadMs: { median: number } | null;
}

export interface OutcomeStatistics {
  all: Figures;
  policies: (Figures & { policy: string; name: string; version: string; machineType: string })[];
}

interface Variant {
  model: string;
  machineMonths: number;
  latencyMs: { median: number | null; p99: number | null };
  wrong: { value: number; low: number; high: number; count: number } | null;
}

export interface Trial {
  gateways: string[];
  figures: ModelsCompared;
  agreement: Share | null;
  candidate: Variant;
  against: Variant;
  machineMonthsNeeded: number | null;
}

export type Role = 'viewer' | 'operator' | 'admin';

export interface Person {
  name: string;
  kind: 'user' | 'token';
  role: Role;
  addedMs: number;
  by: string;
  untilMs?: number;
  note?: string;
}

export type PersonAsked = Pick<Person, 'name' | 'kind' | 'role'> & { tokenHash: string; untilMs?: number };
