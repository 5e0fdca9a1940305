import { api } from '../api.ts';
import { fill, h } from '../dom.ts';
import { failure } from '../parts/empty.ts';
import { brandMark } from '../parts/icons.ts';
import { signInProblem } from './login-model.ts';

/** Asks for the token once: the server answers with a cookie, which the page itself cannot read. */
export function loginView(onSignedIn: () => void): HTMLElement {
  const token = h('input', {
    id: 'token',
    type: 'password',
    required: true,
    autocomplete: 'current-password',
    maxlength: 512,
  });
  const problem = h('div');
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await api.signIn(token.value);
      onSignedIn();
    } catch (error) {
      fill(problem, failure(signInProblem(error)));
      token.select();
    }
  };
  return h(
    'main',
    { class: 'login' },
    h(
      'form',
      { class: 'card', on: { submit: (event) => void submit(event) } },
      h('h1', {}, brandMark(), 'Harbinger'),
      h('label', { for: 'token' }, 'Access token'),
      token,
      h(
        'p',
        { class: 'muted' },
        'Yours, as `harbinger users add` has shown it; or the value of api.token in the cloud’s configuration.',
      ),
      problem,
      h('button', { class: 'button button-main' }, 'Sign in'),
    ),
  );
}
