// A picture from the camera of this browser, put into the form as if it were a file. The stream stays in
// this page; a picture leaves it only when the form is sent.
"use strict";
(() => {
  if (!navigator.mediaDevices?.getUserMedia) return;
  for (const form of document.querySelectorAll("form[data-camera]")) {
    const button = form.querySelector("[data-camera-start]");
    const video = form.querySelector("video");
    const input = form.elements[form.dataset.camera];
    const marked = form.elements[`${form.dataset.camera}-camera`];
    const problem = form.querySelector("[data-camera-problem]");
    let stream = null;
    button.hidden = false;
    input.addEventListener("change", () => { marked.value = ""; });
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
      stream = null;
      video.hidden = true;
      video.srcObject = null;
      button.textContent = "Use the camera";
    };
    const take = () => {
      const canvas = document.createElement("canvas");
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob((blob) => {
        const held = new DataTransfer();
        held.items.add(new File([blob], "camera.jpg", { type: "image/jpeg" }));
        input.files = held.files;
        marked.value = "yes";
        stop();
      }, "image/jpeg", 0.92);
    };
    button.addEventListener("click", async () => {
      problem.hidden = true;
      if (stream) { take(); return; }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280 } });
        video.srcObject = stream;
        video.hidden = false;
        await video.play();
        button.textContent = "Take the picture";
      } catch {
        stop();
        problem.textContent = "The camera is not available. Allow it in the browser, or choose a file.";
        problem.hidden = false;
      }
    });
  }
})();
