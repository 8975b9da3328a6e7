/* SPDX-License-Identifier: MIT */
import { Component, type ReactNode } from 'react';
import { Problem } from './Problem.tsx';

interface State {
  error: Error | null;
}

/** Keeps a part that fails, by an answer of another version of the host say, from taking the page with it. */
export class Boundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="admin-section">
        <Problem text={`This part can not be shown: ${error.message}`} />
        <div>
          <button type="button" className="button" onClick={() => this.setState({ error: null })}>
            Try again
          </button>
        </div>
      </div>
    );
  }
}
