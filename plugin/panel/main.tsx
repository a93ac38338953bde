import { render } from 'preact';
import { App } from './app';
import './panel.css';
import { language } from './texts';

const root = document.getElementById('panel');
if (root) {
  document.documentElement.lang = language;
  render(<App />, root);
}
