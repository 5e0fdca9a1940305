/**
 * Strangers (gateway/pipeline/onboarding): reading of messages of machines that no rule names. This file reads them for the
 * onboarding, which summarises them; that they become dead letters is the pipeline's business. compose.ts puts it together.
 */
import type { TimeLimited } from '../../../shared/runtime/budget.ts';
import type { DeclaredMachines } from '../../decode/machines/declared.ts';
import type { Machines } from '../../decode/machines/machines.ts';
import { UnknownMachine, type UnknownRoute } from '../../decode/machines/unknown-machine.ts';
import type { Route, Routes } from '../../decode/routes.ts';
import type { WaitingList } from '../../onboarding/waiting-list.ts';
import type { DeadLetter } from '../../ports/dead-letters.ts';
import type { Decoded } from '../../ports/decode.ts';
import type { RawMessage } from '../../ports/source.ts';

export interface StrangersParts {
  list: WaitingList;
  machines: Machines;
  declared: DeclaredMachines;
  limited: TimeLimited;
  /** They are created after this. */
  routes(): Routes;
}

export class Strangers {
  private readonly parts: StrangersParts;

  constructor(parts: StrangersParts) {
    this.parts = parts;
  }

  /** Takes note of a message whose topic names an unknown machine. Returns how it is to be read; null if it need not be. */
  found(error: unknown, message: RawMessage): Route | null {
    if (!(error instanceof UnknownMachine) || error.isIgnored) return null;
    const { site, machine, route } = error;
    return this.parts.list.heard(site, machine, message) && route ? wholeRoute(route) : null;
  }

  /** Takes what was read of such a message. */
  read(error: unknown, items: readonly Decoded[]): void {
    if (error instanceof UnknownMachine && items.length > 0)
      this.parts.list.read(error.site, error.machine, items);
  }

  /** Takes note of one of the items of a message, whose machine is named by the item itself. */
  named(error: unknown, item: Decoded, message: RawMessage): void {
    if (!(error instanceof UnknownMachine) || error.isIgnored) return;
    const { site, machine } = error;
    if (this.parts.list.heard(site, machine, message)) this.parts.list.read(site, machine, [item]);
  }

  /** Takes note of a message that was held before this start. @param key its machine */
  heldBefore({ topic, payload, client, user, atMs, form }: DeadLetter, key: string): void {
    const { list, machines, declared, limited } = this.parts;
    const [site = '', machine = ''] = key.split('/');
    if (!machines.isUnknown(site, machine) || declared.ruleOf(key)) return;
    const message = { topic, payload, client, user, receivedMs: atMs, form };
    if (!list.heard(site, machine, message)) return;
    let items: readonly Decoded[] = [];
    const isRead = limited(() => {
      items = this.decode(message, key);
    });
    if (isRead) list.read(site, machine, items);
  }

  private decode(
    message: Pick<RawMessage, 'topic' | 'payload' | 'client' | 'user' | 'form'>,
    key: string,
  ): readonly Decoded[] {
    try {
      const { decoder, target } = this.routeOf(message);
      const decoded = decoder.decode(message.payload, target);
      return decoded.filter(
        (item) => `${item.site ?? target.site}/${item.machine ?? target.machine}` === key,
      );
    } catch {
      return [];
    }
  }

  private routeOf(message: Pick<RawMessage, 'topic' | 'client' | 'user' | 'form'>): UnknownRoute {
    const routes = this.parts.routes();
    if (message.form !== undefined) return routes.typed;
    try {
      return routes.find(message.topic, message);
    } catch (error) {
      if (error instanceof UnknownMachine && error.route) return error.route;
      throw error;
    }
  }
}

const wholeRoute = (route: UnknownRoute): Route => ({
  ...route,
  schema: null,
  layouts: null,
  storesAgain: false,
});
