/** Calls of the API about gateways, models, people and what was set aside. */
import { answered, get, post, send } from './api.ts';
import type {
  AuditEntry,
  DeadNotification,
  FleetAsked,
  FleetRemoval,
  Gateway,
  NotifierState,
  OutcomeStatistics,
  PageOf,
  Person,
  PersonAsked,
  Quarantined,
  QuarantinedWhole,
  Redriven,
  RegisteredModel,
  ShownDocument,
  TrainingProposal,
  Trial,
} from './plant-wire.ts';

interface Paged {
  limit: number;
  before?: string | undefined;
}

export const plantApi = {
  gateways: () => get<{ gateways: Gateway[] }>('api/gateways'),
  fleet: (kind?: string) => get<{ documents: ShownDocument[] }>('api/fleet', { kind }),
  async want(asked: FleetAsked): Promise<void> {
    await post('api/fleet', asked);
  },
  async unwant(removal: FleetRemoval): Promise<void> {
    await send('DELETE', 'api/fleet', removal);
  },
  quarantine: (page: Paged) => get<PageOf<Quarantined>>('api/quarantine', { ...page }),
  quarantined: (id: number) => get<QuarantinedWhole>(`api/quarantine/${id}`),
  redriveQuarantined: (ids: number[]) => answered<Redriven>(post('api/quarantine/redrive', { ids })),
  deadNotifications: (page: Paged) => get<PageOf<DeadNotification>>('api/notifications/dead', { ...page }),
  redriveNotifications: (keys: string[]) => answered<Redriven>(post('api/notifications/redrive', { keys })),
  receivers: () => get<{ receivers: NotifierState[] }>('api/notifications/receivers'),
  async testReceiver(name: string, by: string): Promise<void> {
    await post('api/notifications/test', { name, by });
  },
  models: () => get<{ models: RegisteredModel[] }>('api/models'),
  trials: () => get<{ trials: Trial[] }>('api/models/compared'),
  /** A cloud without the job that trains answers that there is none. */
  proposals: () =>
    get<{ proposals: TrainingProposal[] }>('api/models/training').catch(() => ({ proposals: [] })),
  statistics: () => get<OutcomeStatistics>('api/outcomes/statistics'),
  people: () => get<{ people: Person[] }>('api/people'),
  async setPerson(person: PersonAsked): Promise<void> {
    await post('api/people', person);
  },
  async revoke(name: string): Promise<void> {
    await send('DELETE', 'api/people', { names: [name] });
  },
  audit: (page: Paged) => get<PageOf<AuditEntry>>('api/audit', { ...page }),
};
