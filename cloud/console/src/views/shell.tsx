/**
 * The screens of the page (cloud/console/src/views): a folder for each, and here the frame around them; console.tsx puts them
 * together. Views never import each other: what two of them show is in ../parts.
 */
import { useComputed } from '@preact/signals';
import type { ComponentChildren, RefObject, VNode } from 'preact';
import { parameter, route } from '../address/address.ts';
import { api } from '../api/api.ts';
import { follow } from '../beat.ts';
import { useLoaded } from '../loaded.ts';
import { BrandMark } from '../parts/icons.tsx';
import type { State } from '../state.ts';
import { type Language, language, languages, texts } from '../words/words.ts';
import { activeLink, type Notice, noticesOf, shellModel, viewLinks } from './shell-model.ts';

const statusMs = 15_000;

interface Props {
  state: State;
  main: RefObject<HTMLElement | null>;
  onSignOut: (() => void) | null;
  children: ComponentChildren;
}

/** The frame around every view: navigation, whether data is live, and faults of the cloud itself. */
export function Shell({ state, main, onSignOut, children }: Props): VNode {
  follow(state);
  const words = texts().frame;
  const { connection, heardMs } = state;
  const model = shellModel({
    ...{ connection, heardMs, silentMs: state.silentMs() },
    openAlerts: state.openAlerts().length,
  });
  const isWall = useComputed(() => route.value.view === 'fleet' && parameter('wall') !== '');
  const active = activeLink(route.value);
  return (
    <div class={`shell${model.lost ? ' stale' : ''}${isWall.value ? ' wall' : ''}`}>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {words.skip}
      </button>
      <header class="top">
        <a class="brand" href="#/">
          <BrandMark />
          <span>Harbinger</span>
        </a>
        <nav aria-label={words.views}>
          {viewLinks.map(({ view, href }) => (
            <a key={view} href={href} aria-current={view === active ? 'page' : undefined}>
              {words[view]}
              {view === 'alerts' && model.alertCount !== '' && <span class="count">{model.alertCount}</span>}
            </a>
          ))}
        </nav>
        <span class={`pill pill-${connection}`} role="status">
          {model.pill}
        </span>
        <LanguageChoice />
        {onSignOut && (
          <button type="button" class="quiet-button" onClick={onSignOut}>
            {words.signOut}
          </button>
        )}
      </header>
      {model.lost && (
        <div class="notice notice-bad notice-lost" role="alert">
          {model.lost.text} {/* Hidden from screen readers, which would read it out every second. */}
          <span aria-hidden="true">{model.lost.age}</span>
        </div>
      )}
      <Notices />
      <main id="main" tabIndex={-1} ref={main}>
        {children}
      </main>
    </div>
  );
}

function LanguageChoice(): VNode {
  return (
    <select
      class="quiet-button"
      aria-label={texts().frame.language}
      value={language.value}
      onChange={({ currentTarget }) => {
        language.value = currentTarget.value as Language;
      }}
    >
      {Object.entries(languages).map(([name, own]) => (
        <option key={name} value={name} lang={name}>
          {own}
        </option>
      ))}
    </select>
  );
}

function Notices(): VNode {
  const { data } = useLoaded(api.status, 'status', statusMs);
  return (
    <div>{data && noticesOf(data).map((notice) => <NoticeLine key={notice.text} notice={notice} />)}</div>
  );
}

function NoticeLine({ notice: { text, link } }: { notice: Notice }): VNode {
  return (
    <div class="notice notice-warning" role="status">
      {text}
      {link && (
        <>
          <a href={link.href}>{link.text}</a>.
        </>
      )}
    </div>
  );
}
