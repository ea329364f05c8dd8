swift build -c release
.build/release/curate --trial demo-output/poisoned demo-output/denoiser trial
.build/release/curate demo-output/poisoned demo-output/denoiser purified
