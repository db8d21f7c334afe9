// Adds the visitor's position to a form, by their own tap and not before; a second tap takes it
// out again. It is rounded to some ten metres before it leaves the phone.
const PLACES = 4;
const PATIENCE = 15000;

for (const box of document.querySelectorAll(".position")) {
  if (!("geolocation" in navigator)) continue;
  const [add, drop] = ["add", "drop"].map((act) => box.querySelector(`[data-do=${act}]`));
  const [latitude, longitude] = ["latitude", "longitude"].map((name) => box.querySelector(`[name=${name}]`));
  const told = box.querySelector("[role=status]");

  const show = (words) => {
    const added = latitude.value !== "";
    add.hidden = added;
    drop.hidden = !added;
    told.textContent = added ? `${box.dataset.added} ${latitude.value}, ${longitude.value}` : words;
  };
  add.addEventListener("click", () => {
    told.textContent = box.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        latitude.value = coords.latitude.toFixed(PLACES);
        longitude.value = coords.longitude.toFixed(PLACES);
        show("");
        drop.focus();
      },
      () => show(box.dataset.refused),
      { enableHighAccuracy: true, timeout: PATIENCE },
    );
  });
  drop.addEventListener("click", () => {
    latitude.value = longitude.value = "";
    show("");
    add.focus();
  });
  box.hidden = false;
  show("");
}
