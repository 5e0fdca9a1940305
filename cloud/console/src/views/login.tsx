import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api/api.ts';
import { BrandMark } from '../parts/icons.tsx';
import { Failure } from '../parts/layout/empty.tsx';
import { texts } from '../words/words.ts';
import { signInProblem } from './login-model.ts';

/** Asks for the token once: the server answers with a cookie, which the page itself cannot read. */
export function Login({ onSignedIn }: { onSignedIn(): void }): VNode {
  const words = texts().frame;
  const token = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => token.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await api.signIn(token.current?.value ?? '');
      onSignedIn();
    } catch (error) {
      setProblem(signInProblem(error));
      token.current?.select();
    }
  };
  return (
    <main class="login">
      <form class="card" onSubmit={(event) => void submit(event)}>
        <h1>
          <BrandMark />
          Harbinger
        </h1>
        <label for="token">{words.token}</label>
        <input
          id="token"
          type="password"
          required
          autocomplete="current-password"
          maxLength={512}
          ref={token}
        />
        <p class="muted">{words.tokenHelp}</p>
        <Failure text={problem} />
        <button class="button button-main" type="submit">
          {words.signIn}
        </button>
      </form>
    </main>
  );
}
