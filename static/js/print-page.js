// <print-page>: shows its button, which prints. Without the script it stays hidden, and the browser's menu prints as well.

class PrintPage extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

customElements.define("print-page", PrintPage);
