// Plaza: takes a post's address along. Without this it stands there to be copied.

const told = document.querySelector("[data-shared]");
for (const field of document.querySelectorAll("[data-whole]")) field.addEventListener("focus", () => field.select());
if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.onclick = async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = told.dataset.copied;
    } catch {
      field.focus(); // it is selected, to be copied by hand
      told.textContent = told.dataset.failed;
    }
  };
}
if (navigator.share) for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = false;
  button.onclick = () => navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {}); // who thinks better of it is not told so
}
