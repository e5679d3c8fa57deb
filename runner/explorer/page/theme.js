// Light and dark: as the reader's system has it, unless the switch says otherwise.
import { announce, fill, h, icon } from './dom.js';

const KEPT = 'modus:theme';
const CHOICES = { system: 'screen', light: 'sun', dark: 'moon' };

const system = matchMedia('(prefers-color-scheme: dark)');

const kept = () => {
  const choice = localStorage.getItem(KEPT);
  return choice in CHOICES ? choice : 'system';
};

/** `dark` or `light`, as it is shown now. */
export const shownTheme = () => {
  const choice = kept();
  if (choice !== 'system') return choice;
  return system.matches ? 'dark' : 'light';
};

/** A button that goes through the choices; `onchange` hears what is shown from now on. */
export const createThemeSwitch = (onchange) => {
  const button = h('button', { type: 'button', class: 'icon-button', id: 'theme' });
  const apply = () => {
    const choice = kept();
    document.documentElement.dataset.theme = shownTheme();
    button.setAttribute('aria-label', `Theme: ${choice}`);
    button.title = `Theme: ${choice}`;
    fill(button, icon(CHOICES[choice]));
    onchange(shownTheme());
  };
  button.addEventListener('click', () => {
    const names = Object.keys(CHOICES);
    const next = names[(names.indexOf(kept()) + 1) % names.length];
    localStorage.setItem(KEPT, next);
    apply();
    announce(`Theme: ${next}`);
  });
  system.addEventListener('change', apply);
  apply();
  return button;
};
