/** Views are drawn without a browser: what a reader sees, and the words where there is nothing. */
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { afterEach, describe, expect, it } from 'vitest';
import { hash } from '../address/address.ts';
import { asking } from '../parts/work/work.ts';
import { WorkDialog } from '../parts/work/work-dialog.tsx';
import { questionsOf } from '../parts/work/work-model.ts';
import { alertOf, decisionOf, machine } from '../plant.testing.ts';
import { State } from '../state.ts';
import { language } from '../words/words.ts';
import { Decisions } from './decisions/decisions.tsx';
import { MachineSummary } from './machine/machine-summary.tsx';
import { Screen } from './screen.tsx';
import { Shell } from './shell.tsx';

function stateOf(...machines: Parameters<typeof machine>[0][]): State {
  const state = new State();
  state.snapshot({ atMs: 1_750_000_100_000, machines: machines.map((each) => machine(each)), alerts: [] });
  return state;
}

function drawn(state: State, address: string): string {
  hash.value = address;
  return renderToString(h(Screen, { state }));
}

const names = (html: string) => [...html.matchAll(/<b title="([^"]*)">/g)].map(([, name]) => name);

afterEach(() => {
  hash.value = '';
  asking.value = null;
  language.value = 'en';
});

describe('the fleet', () => {
  const plant = () =>
    stateOf(
      { machine: 'a' },
      { machine: 'b', state: 'critical', stateReason: 'Worn' },
      { machine: 'c', site: 'york' },
      { machine: 'a', gateway: 'gw-2' },
    );

  it('is by urgency, or by site with a head for each; a name that two gateways have says which', () => {
    const html = drawn(plant(), '#/');
    expect(names(html)).toEqual(['b', 'a', 'c', 'a']);
    expect(html).toContain('Worn');
    expect(html.match(/gw-2<\/span>/g)).toHaveLength(1);
    const bySite = drawn(plant(), '#/?by=site');
    expect(bySite.match(/<h2>(\w+)<\/h2>/g)).toEqual(['<h2>leeds</h2>', '<h2>york</h2>']);
  });

  it('has its filters in the address', () => {
    expect(names(drawn(plant(), '#/?state=critical'))).toEqual(['b']);
    expect(names(drawn(plant(), '#/?q=york'))).toEqual(['c']);
    expect(drawn(plant(), '#/?q=nowhere')).toContain('No machine matches');
  });

  it('of ten thousand machines draws what is in sight', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ machine: `pump-${i}` }));
    const html = drawn(stateOf(...many), '#/');
    expect(names(html).length).toBeLessThan(60);
    expect(html).toContain('aria-setsize="10000"');
  });

  it('says what is missing: no answer yet, no machine yet', () => {
    expect(drawn(new State(), '#/')).toContain('Loading machines');
    expect(drawn(stateOf(), '#/')).toContain('No machine has reported yet');
  });

  it('on the wall shows those that need somebody', () => {
    const html = drawn(plant(), '#/?wall=1');
    expect(html).toContain('Worn');
    expect(html).not.toContain('>c<');
    expect(drawn(stateOf({}), '#/?wall=1')).toContain('No machine needs anybody.');
  });
});

describe('alerts', () => {
  const withAlerts = () => {
    const state = stateOf({});
    const shelved = { by: 'ben', at: '', until: '2026-01-01T00:00:00Z', note: '' };
    state.change({
      ...{ atMs: 1_750_000_100_000, machines: [] },
      alerts: [
        alertOf({ prediction: { reasons: ['<img src=x>'] } }),
        alertOf({
          ...{ alertId: 'alert-2', prediction: { machine: 'pump-2', severity: 'warning' } },
          work: { version: 1, assignee: 'ben', shelved, deeds: [] },
        }),
      ],
    });
    return state;
  };
  const of = (html: string) => [...html.matchAll(/data-alert="([^"]*)"/g)].map(([, id]) => id);

  it('have their filters in the address, and what people can do', () => {
    expect(of(drawn(withAlerts(), '#/alerts'))).toEqual(['alert-1', 'alert-2']);
    expect(of(drawn(withAlerts(), '#/alerts?severity=warning'))).toEqual(['alert-2']);
    expect(of(drawn(withAlerts(), '#/alerts?work=waiting'))).toEqual(['alert-1']);
    expect(of(drawn(withAlerts(), '#/alerts?work=@ben'))).toEqual(['alert-2']);
    expect(drawn(withAlerts(), '#/alerts?q=nothing')).toContain('No open alert matches');
    expect(drawn(stateOf({}), '#/alerts')).toContain('One machine has reported.');
    const html = drawn(withAlerts(), '#/alerts');
    expect(html).toContain('data-deed="acknowledge"');
    expect(html).not.toContain('<img');
  });

  it('are closed with what they turned out to be', () => {
    const state = withAlerts();
    const alerts = state.openAlerts();
    const question = questionsOf(...alerts).find(({ asked }) => asked === 'close')!;
    asking.value = { alerts, question };
    const html = renderToString(h(WorkDialog, { state }));
    expect(html).toContain('2 alerts');
    expect(html).toContain('A false alarm: there was nothing');
  });
});

it('the frame says whether data is live, and marks the view', () => {
  const state = stateOf({});
  const frame = () =>
    renderToString(h(Shell, { state, main: { current: null }, onSignOut: null, children: null }));
  hash.value = '#/alerts';
  expect(frame()).toMatch(/href="#\/alerts" aria-current="page"/);
  expect(frame()).toContain('>Live<');
  state.setConnection('lost');
  expect(frame()).toContain('Connection lost');
});

it('a machine is summed up in figures; before it is known its name is there', () => {
  const props = { address: { site: 'leeds', machine: 'pump-1' }, nowMs: 1, lifeScale: { current: 0 } };
  const known = machine({ remainingLife: { p10: 9, p50: 18, p90: 31, unit: 'cycles' } });
  expect(renderToString(h(MachineSummary, { ...props, machine: known }))).toMatch(/18.*cycles.*9–31/);
  const unknown = renderToString(h(MachineSummary, { ...props, machine: null }));
  expect(unknown).toContain('pump-1');
  expect(unknown).not.toContain('<dl');
});

it('decisions are named, or it is explained why there are none', () => {
  const items = [decisionOf({ mode: 'fallback', fallbackCause: 'too slow' })];
  const html = renderToString(h(Decisions, { items, withSubject: true }));
  expect(html).toContain('Fallback');
  expect(html).toContain('too slow');
  expect(renderToString(h(Decisions, { items: [], withSubject: true }))).toContain('No decision yet');
});

it('German has the same page', () => {
  language.value = 'de';
  const html = drawn(stateOf({ state: 'critical' }), '#/');
  expect(html).toContain('Restlebensdauer');
  expect(html).toContain('Kritisch');
  expect(html).not.toContain('Remaining life');
});
