import { render } from 'preact';
import { App } from './app';
import './panel.css';

const root = document.getElementById('panel');
if (root) render(<App />, root);
