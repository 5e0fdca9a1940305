/**
 * The page (cloud/console/src): its entry, state, router and client of the API. It is drawn with Preact; what changes are
 * signals. Screens are in views/, the pieces that several of them show in parts/, charts in charts/, all texts in words/. Files named
 * *-model.ts decide and do not touch the browser, so that they are tested without one; the others draw. Of the server's code only types
 * are imported.
 */
import './styles/base.css';
import './styles/marks.css';
import './styles/bars.css';
import './styles/controls.css';
import './styles/alerts.css';
import './styles/fleet.css';
import './styles/wall.css';
import './styles/machine.css';
import './styles/decisions.css';
import './styles/login.css';
import './styles/tables.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { followAddress } from './address/browser.ts';
import { api } from './api/api.ts';
import { startBeat } from './live.ts';
import { runConsole } from './views/console.tsx';
import { Login } from './views/login.tsx';
import { language, languageOf, texts } from './words/words.ts';

const root = document.getElementById('app')!;
const languageKey = 'harbinger-language';

function chooseLanguage(): void {
  const kept = localStorage.getItem(languageKey);
  language.value = languageOf(kept === null ? navigator.languages : [kept]);
  effect(() => {
    document.documentElement.lang = language.value;
    if (language.value !== languageOf(navigator.languages)) localStorage.setItem(languageKey, language.value);
    else localStorage.removeItem(languageKey);
  });
}

function run(tokenNeeded: boolean): void {
  runConsole(root, { tokenNeeded, onSignedOut: askToken });
}

function askToken(): void {
  document.title = 'Harbinger';
  render(<Login onSignedIn={() => run(true)} />, root);
}

async function start(): Promise<void> {
  chooseLanguage();
  followAddress();
  startBeat();
  try {
    const { tokenNeeded, signedIn } = await api.session();
    if (signedIn) run(tokenNeeded);
    else if (tokenNeeded) askToken();
    else render(<p class="notice">{texts().frame.onlyHere}</p>, root);
  } catch {
    // The server does not answer yet: the console says so and retries.
    run(false);
  }
}

void start();
