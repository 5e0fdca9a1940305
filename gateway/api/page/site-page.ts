/**
 * The page of the site (gateway/api/page): machines with what is open, who waits, the line to the cloud, backlog and disk, for a phone in the
 * hall, without the cloud and without script. It only shows; what changes something is done by the command line or the cloud's page.
 */
import { whatOf } from '../../../shared/contract/alerts/alert-kinds.ts';
import type { OpenAlert } from '../../ports/decision.ts';
import type { MaintenanceWindow } from '../../ports/maintenance/maintenance.ts';
import type { SitePageDeps } from './facts.ts';
import { Html, html, nothing, style } from './html.ts';
import type { SiteLanguage, SiteTexts } from './words.ts';

export const shownMax = { machines: 500, waiting: 50 } as const;

type State = keyof SiteTexts['states'];
const order: readonly State[] = ['critical', 'warning', 'maintenance', 'none'];

/** The whole page as it is now. */
export async function sitePage(
  deps: SitePageDeps,
  { lang, texts }: SiteLanguage,
  nowMs: number,
): Promise<string> {
  const { site } = deps;
  const [known, waiting] = await Promise.all([
    deps.machines.list(shownMax.machines + 1),
    deps.onboarding.waiting(shownMax.waiting),
  ]);
  const time = timeIn(lang, nowMs);
  const title = texts.title(site.gateway);
  const page = html`<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10"><title>${title}</title><style>${new Html(style)}</style></head><body>
<main><h1>${title}</h1><p class="muted">${texts.asOf(time(nowMs))}</p>
${figures(deps, texts)}
${troubles(deps, texts)}
<h2>${texts.machines}</h2>
${machineList(known, deps, { texts, time, nowMs })}
${waitingList(waiting.machines, waiting.notListed, texts)}
${site.publicUrl === undefined ? nothing : html`<p><a href="${site.publicUrl}">${texts.toCloud}</a></p>`}
</main></body></html>`;
  return page.text;
}

function figures({ site }: SitePageDeps, texts: SiteTexts): Html {
  const data = site.data();
  if (data === null) return html`<p class="bad" role="alert">${texts.silentData}</p>`;
  const { uplink, backlog, journals } = data;
  const blocks = Object.values(backlog).reduce((sum, lane) => sum + lane.blocks, 0);
  const total = (of: 'bytes' | 'bytesMax') =>
    bytesText(journals.reduce((sum, journal) => sum + journal[of], 0));
  const free = site.diskFreeBytes();
  const cloud = uplink === null ? texts.noCloud : uplink.connected ? texts.connected : texts.lost;
  const why =
    uplink && !uplink.connected && uplink.lastError
      ? html`<p class="muted">${uplink.lastError}</p>`
      : nothing;
  return html`<dl>
<div><dt>${texts.cloud}</dt><dd class="${uplink?.connected === false ? 'bad' : ''}">${cloud}</dd>${why}</div>
<div><dt>${texts.backlog}</dt><dd>${texts.blocks(blocks)}</dd><p class="muted">${texts.kept(total('bytes'), total('bytesMax'))}</p></div>
<div><dt>${texts.disk}</dt><dd>${free === null ? texts.unknown : texts.free(bytesText(free))}</dd></div>
</dl>`;
}

function troubles({ site }: SitePageDeps, texts: SiteTexts): Html {
  const conditions = site.openConditions();
  if (conditions.length === 0) return nothing;
  const rows = conditions.map(
    ({ severity, reasons }) => html`<li class="${severity}">${reasons.join(' ')}</li>`,
  );
  return html`<h2>${texts.troubles}</h2><ul>${rows}</ul>`;
}

interface Shown {
  site: string;
  machine: string;
  machineType: string;
  state: State;
  lines: string[];
}

interface Said {
  texts: SiteTexts;
  time(ms: number): string;
  nowMs: number;
}

function machineList(
  known: readonly { site: string; machine: string; machineType: string }[],
  { site, maintenance }: SitePageDeps,
  said: Said,
): Html {
  const { texts } = said;
  const alerts = site.openAlerts();
  const windows = maintenance
    .list(false)
    .filter(({ fromMs, toMs }) => fromMs <= said.nowMs && said.nowMs < toMs);
  // One that is not listed, because it is silent since the start, may have an alert.
  const names = new Map([...alerts, ...known].map((each) => [`${each.site}/${each.machine}`, each]));
  if (names.size === 0) return html`<p class="muted">${texts.noMachine}</p>`;
  const shown = [...names.values()]
    .map((each) => shownMachine(each, alerts, windows, said))
    .sort(
      (a, b) =>
        order.indexOf(a.state) - order.indexOf(b.state) ||
        a.site.localeCompare(b.site) ||
        a.machine.localeCompare(b.machine),
    );
  const rows = shown.slice(0, shownMax.machines).map(
    ({
      site: where,
      machine,
      machineType,
      state,
      lines,
    }) => html`<li class="${state}"><div class="row"><b>${machine}</b>
<span class="muted">${where} · ${machineType}</span><span class="state">${texts.states[state]}</span></div>
${lines.map((line) => html`<p>${line}</p>`)}</li>`,
  );
  const more =
    shown.length > shownMax.machines
      ? html`<p class="muted">${texts.more(shown.length - shownMax.machines)}</p>`
      : nothing;
  return html`<ul>${rows}</ul>${more}`;
}

function shownMachine(
  { site, machine, machineType }: { site: string; machine: string; machineType: string },
  alerts: readonly OpenAlert[],
  windows: readonly MaintenanceWindow[],
  { texts, time }: Said,
): Shown {
  const own = alerts.filter((each) => each.site === site && each.machine === machine);
  const window = windows.find(
    (each) => (each.site ?? site) === site && (each.machine ?? machine) === machine,
  );
  const severities = own.map(({ severity }) => severity);
  const worst = severities.includes('critical') ? 'critical' : severities.length > 0 ? 'warning' : undefined;
  return {
    ...{ site, machine, machineType },
    state: worst ?? (window ? 'maintenance' : 'none'),
    lines: [
      ...own.map((alert) => alertLine(alert, texts, time)),
      ...(window ? [`${texts.states.maintenance} ${texts.until(time(window.toMs), window.by)}`] : []),
    ],
  };
}

function alertLine(
  { failureMode, openedAtMs, sinceMs = openedAtMs, assessment }: OpenAlert,
  texts: SiteTexts,
  time: Said['time'],
): string {
  const { remainingLife } = assessment;
  const life = remainingLife ? [texts.left(`${Math.round(remainingLife.p50)} ${remainingLife.unit}`)] : [];
  return [whatOf(failureMode), ...life, texts.since(time(sinceMs))].join(' · ');
}

function waitingList(
  machines: readonly { site: string; machine: string; messages: number; held: number }[],
  notListed: number,
  texts: SiteTexts,
): Html {
  if (machines.length === 0) return nothing;
  const rows = machines.map(
    ({
      site,
      machine,
      messages,
      held,
    }) => html`<li><div class="row"><b>${machine}</b><span class="muted">${site}</span>
<span>${texts.messages(messages, held)}</span></div></li>`,
  );
  const more = notListed > 0 ? html`<p class="muted">${texts.more(notListed)}</p>` : nothing;
  return html`<h2>${texts.waiting}</h2><p class="muted">${texts.waitingHelp}</p><ul>${rows}</ul>${more}`;
}

/** In the zone of the gateway, which is that of its site. */
function timeIn(lang: SiteLanguage['lang'], nowMs: number): (ms: number) => string {
  const locale = lang === 'de' ? 'de-DE' : 'en-GB';
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  return (ms) =>
    new Date(ms).toDateString() === new Date(nowMs).toDateString()
      ? new Date(ms).toLocaleTimeString(locale, clock)
      : new Date(ms).toLocaleString(locale, { day: 'numeric', month: 'short', ...clock });
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
